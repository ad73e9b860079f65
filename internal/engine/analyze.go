package engine

import (
	"context"
	"fmt"
	"time"

	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/internal/syncer"
)

// analyze looks through both mailboxes and counts what a copy would find. It changes nothing.
func (j *job) analyze(ctx context.Context, pass syncer.Job) (syncer.Result, error) {
	var out syncer.Result
	preview, err := syncer.Previewed(ctx, pass)
	if err != nil {
		return out, err
	}
	for _, f := range preview.Folders {
		out.Folders = append(out.Folders, migration.FolderCount{
			SourceFolder: f.Source, TargetFolder: f.Target, Excluded: f.LeftOut != "", Source: f.Messages, Bytes: migration.ByteSize(f.Bytes),
			// What earlier passes are done with counts as there.
			Matched: f.AtTarget + f.Decided, Merged: f.Merged, Filtered: f.Filtered, Fault: f.Fault,
		})
		if f.TooLarge > 0 {
			j.story.line(migration.ReportLine{Time: time.Now().UTC(), Level: "Warning", Message: fmt.Sprintf(
				"Folder %q: %s messages are larger than the target takes.", f.Source, migration.Thousands(f.TooLarge))})
		}
	}
	return out, nil
}

// analyzed writes down what the analysis has found, and its end.
func (j *job) analyzed(ctx context.Context, result syncer.Result) error {
	now := time.Now().UTC()
	j.story.end(result, now)
	var folders, messages, there, filtered int64
	var size migration.ByteSize
	for _, f := range result.Folders {
		if f.Excluded {
			continue
		}
		folders++
		messages += f.Source
		size += f.Bytes
		there += f.Matched
		filtered += f.Filtered
	}
	j.story.found(size)
	j.story.line(migration.ReportLine{Time: now, Level: "Information", Message: fmt.Sprintf(
		"The analysis is finished: %s messages, %s, are in %s folders; %s seem to be at the target already, %s are left out by the filter. Nothing was copied.",
		migration.Thousands(messages), size, migration.Thousands(folders), migration.Thousands(there), migration.Thousands(filtered))})
	var fault *migration.UserFault
	if faulty := result.Faulty(); len(faulty) > 0 {
		fault = &migration.UserFault{
			ID: "FoldersIncomplete", Type: migration.FaultPermanent, Time: now, Remedy: "What they hold is not in the figures. Get-MigrationUserStatistics lists all folders.",
			Message: fmt.Sprintf("%d of %d folders could not be looked into, such as '%s' (%s).", len(faulty), len(result.Folders), faulty[0].SourceFolder, faulty[0].Fault),
		}
	}
	writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkpointTime)
	defer cancel()
	return j.write(writing, migration.EventAnalyzed, func(_ *records.Batch, u *records.User, _ migration.Effects) {
		u.Fault, u.FinishedTime, u.NextSyncTime = fault, now, time.Time{}
	})
}
