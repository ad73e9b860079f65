# Who failed, and why? Correct it, and try only those again. $OldBatch and $Corrected, a user list with the right passwords of those who
# failed, are yours to set: migsh -File retry-failed.ps1 Staff corrected.csv
param([string]$OldBatch = 'Staff', [string]$Corrected)

$failed = Get-MigrationUser -BatchId $OldBatch -Status Failed
if (-not $failed) { "Nobody of $OldBatch has failed."; return }
$failed | Get-MigrationUserStatistics -IncludeReport -IncludeSkippedItems | Format-List Identity, Status, Error, SkippedItemCount, SkippedItems, Report

# New passwords make those who waited for them go on by themselves.
if ($Corrected) { Set-MigrationBatch $OldBatch -CSVData ([System.IO.File]::ReadAllBytes($Corrected)) }
Start-MigrationBatch $OldBatch
Wait-MigrationBatch $OldBatch | Format-List Status, SyncedCount, FailedCount

# Those who fail still can be taken out, into a batch of their own.
$failed = Get-MigrationUser -BatchId $OldBatch -Status Failed
if ($failed) { New-MigrationBatch -Name "$OldBatch-Retry" -Users $failed }
