# One password instead of thousands: an administrator opens every mailbox. What the UserName column has to look like depends on the server:
#
#   Exchange    contoso-students/mailadmin/terry.adams
#   Dovecot     terry.adams*mailadmin
#   Mirapoint   #terry.adams@contoso-students.edu#mailadmin#
#   Courier     mailadmin, with the column UserRoot: /users/terry.adams
#
# migsh passes it on as it stands. This script writes such a list for Dovecot out of a list of addresses, and tries every login before
# anything is copied: migsh -File administrator-login.ps1 addresses.csv mailadmin P@ssw0rd
param([string]$Addresses, [string]$Admin, [string]$Password)

Import-Csv $Addresses | ForEach-Object {
    [pscustomobject]@{ EmailAddress = $_.EmailAddress; UserName = "$($_.EmailAddress.Split('@')[0])*$Admin"; Password = $Password }
} | Export-Csv admin-list.csv -NoTypeInformation

New-MigrationBatch -Name AsAdministrator -SourceEndpoint Source -CSVData ([System.IO.File]::ReadAllBytes('admin-list.csv')) | Out-Null
Remove-Item admin-list.csv
Get-MigrationUser -BatchId AsAdministrator | Test-MigrationUser | ForEach-Object { "$($_.Identity): $($_.Source.Result) $($_.Source.Message)" }

# What is to be expected, and then the copy.
Get-MigrationPlan -BatchId AsAdministrator | Format-Table Identity, FolderCount, MessageCount, Size
Start-MigrationBatch AsAdministrator
Wait-MigrationBatch AsAdministrator | Format-List Status
