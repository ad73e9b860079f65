# quickstart.ps1 - watch five mailboxes move, then read how it was done.
#
#   go run ./cmd/migsh -File examples/quickstart.ps1
#
# Nothing but the first and the last command is special to this demonstration: all others are the cmdlets that move real
# mailboxes. Put your own servers' names and ports into them and you have your migration script.

$ErrorActionPreference = 'Stop'

# 1. Two IMAP servers, here for show. One is full of invented mail, the other has the same accounts and no mail; it takes its time,
#    as a distant server does, so that there is something to watch.
$demo = Start-MigrationDemo -Delay 0:0:0.04
"Two demo servers are up: $($demo.Messages) messages in $($demo.Mailboxes) mailboxes wait on port $($demo.SourcePort)."

# What an earlier run of this script may have left behind, if it was interrupted.
Get-MigrationBatch | Where-Object { $_.Identity.Name -eq 'Quickstart' } | ForEach-Object {
    if ($_.Status -notin 'Created', 'Stopped', 'Synced', 'SyncedWithErrors', 'Completed', 'CompletedWithErrors', 'Failed') {
        Stop-MigrationBatch $_.Identity -Immediate -Confirm:$false
        Wait-MigrationBatch $_.Identity | Out-Null
    }
    Remove-MigrationBatch $_.Identity -Confirm:$false
}
Get-MigrationEndpoint | Where-Object { $_.Identity.Name -in 'OldMail', 'NewMail' } | Remove-MigrationEndpoint -Confirm:$false

# 2. Can the servers be reached? The demo has no TLS; your servers do: leave -Security out, or say Ssl (993) or Tls (143).
Test-MigrationServerAvailability -IMAP -RemoteServer $demo.SourceServer -Port $demo.SourcePort -Security None |
    Format-List Result, ConnectionSettings, Software

# 3. An endpoint keeps a server's settings under a name: one to copy from, one to copy to.
New-MigrationEndpoint -IMAP -Name OldMail -RemoteServer $demo.SourceServer -Port $demo.SourcePort -Security None -MaxConcurrentMigrations 3 -MaxConcurrentIncrementalSyncs 3 | Out-Null
New-MigrationEndpoint -IMAP -Name NewMail -RemoteServer $demo.TargetServer -Port $demo.TargetPort -Security None -MaxConcurrentMigrations 3 -MaxConcurrentIncrementalSyncs 3 | Out-Null
Get-MigrationEndpoint | Format-Table Identity, RemoteServer, Port, Security, MaxConcurrentMigrations

# 4. The users to move stand in a CSV file. Its passwords are sealed before they are stored. This one looks like
#    EmailAddress,UserName,Password,TargetPassword
$csv = [System.IO.File]::ReadAllBytes($demo.CsvPath)

# 5. A batch is a list of users with a source and a target. It starts by itself here.
New-MigrationBatch -Name Quickstart -SourceEndpoint OldMail -TargetEndpoint NewMail -CSVData $csv -AutoStart | Format-Table

# 6. Wait for it. Press Ctrl-C and migsh keeps what has arrived; the next start goes on from there.
Wait-MigrationBatch Quickstart | Format-Table

# 7. How did it go?
Get-MigrationUser -BatchId Quickstart | Format-Table
Get-MigrationUser -BatchId Quickstart | Get-MigrationUserStatistics | Format-Table Identity, SyncedItemCount, SkippedItemCount, BytesTransferred, DataConsistencyScore

# Every folder of the source against its counterpart at the target.
Get-MigrationUser -BatchId Quickstart | Get-MigrationUserStatistics | Select-Object -ExpandProperty Folders |
    Format-Table SourceFolder, TargetFolder, SourceCount, TargetCount, Balance -GroupBy User

# 8. When users read their mail on the new server: one last synchronization, then the end. After that the batch can go.
Complete-MigrationBatch Quickstart -Confirm:$false
Wait-MigrationBatch Quickstart | Format-List Identity, Status, TotalCount, FinalizedCount, FailedCount, DataConsistencyScore
Remove-MigrationBatch Quickstart -Confirm:$false
'OldMail', 'NewMail' | Remove-MigrationEndpoint -Confirm:$false
Stop-MigrationDemo
