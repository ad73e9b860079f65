# The last steps of a migration: when mail goes to the new server, synchronize once more, tell the users, complete, and remove what is done.
# $Batch is yours to set: migsh -File cutover.ps1 Staff
param([string]$Batch = 'Staff')

# Where does mail go, since when, and who was not synchronized since?
Test-MigrationCutover $Batch | Format-List Domain, PointsTo, ChangedTime, NotSyncedCount, Ready
Set-MigrationBatch $Batch -SyncNow
Wait-MigrationBatch $Batch | Format-List Status, LastSyncedDateTime

# Is everything there? Read it again at the target and compare.
Get-MigrationUser -BatchId $Batch | Test-MigrationUser -Verify | Format-Table Identity, Result, CheckedCount, SameCount, DifferenceCount

Send-MigrationNotice $Batch -Subject 'Your mail has moved' -Body "Dear user,`n`nyour mail now goes to the new system. Sign in as {EmailAddress}." -Confirm:$false
Complete-MigrationBatch $Batch -Confirm:$false
Wait-MigrationBatch $Batch | Format-List Status, FinalizedCount
Export-MigrationReport $Batch "$Batch.html" | Out-Null
Remove-MigrationBatch $Batch -Confirm:$false
