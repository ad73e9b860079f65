# "Use PowerShell to perform an IMAP migration to Microsoft 365": its commands as printed, in its order, with what stands between them in
# practice: the endpoint is removed between its two forms, and the batch is stopped and resumed on the way. Replace server and path by
# yours, and say once where the mail goes: Set-MigrationConfig -TargetEndpoint.
Test-MigrationServerAvailability -IMAP -RemoteServer imap.contoso.com -Port 993 -Security Ssl

New-MigrationEndpoint -IMAP -Name IMAPEndpoint -RemoteServer imap.contoso.com -Port 993 -Security Ssl
Remove-MigrationEndpoint IMAPEndpoint
New-MigrationEndpoint -IMAP -Name IMAPEndpoint -RemoteServer imap.contoso.com -Port 143 -Security Tls -MaxConcurrentMigrations 50 -MaxConcurrentIncrementalSyncs 25
Get-MigrationEndpoint IMAPEndpoint | Format-List EndpointType,RemoteServer,Port,Security,Max*

New-MigrationBatch -Name IMAPBatch1 -SourceEndpoint IMAPEndpoint -CSVData ([System.IO.File]::ReadAllBytes("C:\Users\Administrator\Desktop\IMAPmigration_1.csv")) -AutoStart
Get-MigrationBatch -Identity IMAPBatch1 | Format-List
Get-MigrationBatch -Identity IMAPBatch1 | Format-List Status
Get-MigrationUser -BatchId IMAPBatch1
Stop-MigrationBatch -Identity IMAPBatch1
Wait-MigrationBatch -Identity IMAPBatch1 | Format-List Status
Start-MigrationBatch -Identity IMAPBatch1
Wait-MigrationBatch -Identity IMAPBatch1 | Format-List Status
Get-MigrationUser -BatchId IMAPBatch1 | Get-MigrationUserStatistics | Format-Table Identity, Status, SyncedItemCount
Complete-MigrationBatch -Identity IMAPBatch1
Wait-MigrationBatch -Identity IMAPBatch1 | Format-List Status

Remove-MigrationBatch -Identity IMAPBatch1
try { Get-MigrationBatch IMAPBatch1 -ErrorAction Stop } catch { "couldn't be found: $($_.Exception.Message -like "*can't be found*")" }
Remove-MigrationEndpoint IMAPEndpoint
