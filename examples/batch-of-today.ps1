# The flow of today's service: test, endpoint, batch, figures, removal. Replace server and path by yours, and say once where the mail
# goes: Set-MigrationConfig -TargetEndpoint.
Test-MigrationServerAvailability -IMAP -RemoteServer imap.contoso.com -Port 993 -Security Ssl
New-MigrationEndpoint -IMAP -Name IMAPEndpoint -RemoteServer imap.contoso.com -Port 993 -Security Ssl
New-MigrationBatch -Name Spring -SourceEndpoint IMAPEndpoint -CSVData ([System.IO.File]::ReadAllBytes("C:\migration\users.csv")) -AutoStart
Wait-MigrationBatch -Identity Spring | Format-List Status
Get-MigrationUser -BatchId Spring | Get-MigrationUserStatistics

# Are all messages there? Count at both sides.
foreach ($user in Get-MigrationUser -BatchId Spring) {
    $address = $user.Identity.ToString()
    '{0}: {1} of {2}' -f $address, (Get-MailboxStatistics $address).ItemCount, (Get-MailboxStatistics $address -Source).ItemCount
}
Export-MigrationReport -Identity Spring -Path Spring.html | Out-Null
Remove-MigrationBatch -Identity Spring -Confirm:$false
