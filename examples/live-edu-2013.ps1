# "Migrate Email from an IMAP Server with Windows PowerShell" (Live@edu, 2013): its commands as printed, in its order. Replace server
# and path by yours, and say once where the mail goes: Set-MigrationConfig -TargetEndpoint.

# 1. Test the availability of the remote IMAP server.
Test-MigrationServerAvailability -RemoteServer imap.contoso.edu -Port 143

# 2. Submit a new migration batch request.
New-MigrationBatch -Imap -Name MigrationBatch1 -CSVData:([System.IO.File]::ReadAllBytes("C:\Users\Administrator\Desktop\MigrationBatch_1.csv")) -MaxConcurrentMigrations 3 -RemoteServer imap.contoso.edu -Port 143 -Timezone "Pacific Standard Time" -ExcludeFolders "Deleted Items","Junk Mail"

# 3. Start the migration batch.
Start-MigrationBatch -NotificationEmails "super-user@contoso.edu","helpdesk@contoso.edu","CIO@contoso.edu"

# Get status on a migration batch in progress or pending, and on the overall migration.
Get-MigrationBatch
Get-MigrationStatus

# Stop a migration batch: mailboxes that are being copied are finished first. Started again, it goes on.
Stop-MigrationBatch
Wait-MigrationBatch | Format-List Status
Start-MigrationBatch
Wait-MigrationBatch | Format-List Status

# 6. Complete the migration.
Complete-Migration -NotificationEmails super-user@contoso.edu
Wait-MigrationBatch | Format-List Status, TotalCount, FinalizedCount, NotificationEmails
Get-MigrationStatus
