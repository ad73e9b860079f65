package core

import (
	"context"
	"errors"
	"sync"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// jobRecord is one thing that a session apart has put out: an object or a record of a stream, or a record of Write-Progress.
type jobRecord struct {
	stream   syntax.Stream
	value    any
	progress *cmdlet.Progress
}

// pass writes what a session apart has put out as the command that received it, so that the caller's preferences decide.
func (r jobRecord) pass(out cmdlet.Out) error {
	if r.progress != nil {
		return out.Progress(*r.progress)
	}
	v := out.Session().Adopt(r.value)
	switch r.stream {
	case syntax.StreamError:
		if record, ok := v.(*object.ErrorRecord); ok {
			return out.Error(record)
		}
	case syntax.StreamWarning:
		return out.Warning(object.ToString(v))
	case syntax.StreamVerbose:
		return out.Verbose(object.ToString(v))
	case syntax.StreamDebug:
		return out.Debug(object.ToString(v))
	case syntax.StreamInformation:
		data, host, tags := informationOf(v)
		if host != nil {
			return out.Information(host)
		}
		return out.Information(data, tags...)
	}
	return out.Write(v)
}

// parallelLoop runs a block for many objects at once, each in a session of its own. What they put out waits until the pipeline
// takes it, so no more is in memory than one record for each.
type parallelLoop struct {
	whole   context.Context // the pipeline's
	ctx     context.Context // ends with the pipeline, or with -TimeoutSeconds
	cancel  context.CancelFunc
	using   map[string]any
	script  string
	slots   chan struct{}
	records chan jobRecord
	running sync.WaitGroup
}

// newParallelLoop makes the loop; timeout 0 means none.
func newParallelLoop(ctx context.Context, block object.ScriptBlock, limit int, timeout time.Duration, out cmdlet.Out) (*parallelLoop, error) {
	using, err := parallelUsing(block, out)
	if err != nil {
		return nil, err
	}
	p := &parallelLoop{whole: ctx, using: using, script: block.Text(), slots: make(chan struct{}, limit), records: make(chan jobRecord)}
	if timeout > 0 {
		p.ctx, p.cancel = context.WithTimeout(ctx, timeout)
	} else {
		p.ctx, p.cancel = context.WithCancel(ctx)
	}
	return p, nil
}

// parallelUsing are the values of a parallel block's $using:, which may hold no script blocks.
func parallelUsing(block object.ScriptBlock, out cmdlet.Out) (map[string]any, error) {
	using, err := out.Session().Using(block, true)
	if err != nil {
		return nil, err
	}
	for _, v := range using {
		if _, ok := object.Base(v).(object.ScriptBlock); ok {
			e := object.NewException("System.Management.Automation.PSArgumentException", "A ForEach-Object -Parallel using variable cannot be a script block. Passed-in script block variables are not supported with ForEach-Object -Parallel, and can result in undefined behavior.")
			return nil, object.NewErrorOf(e, "ParallelUsingVariableCannotBeScriptBlock", object.InvalidType, v)
		}
	}
	return using, nil
}

// errPipedBlock refuses a script block among the objects of a parallel loop.
func errPipedBlock(v any) *object.ErrorRecord {
	e := object.NewException("System.Management.Automation.PSArgumentException", "A ForEach-Object -Parallel piped input object cannot be a script block. Passed-in script block variables are not supported with ForEach-Object -Parallel, and can result in undefined behavior.")
	return object.NewErrorOf(e, "ParallelPipedInputObjectCannotBeScriptBlock", object.InvalidType, v)
}

// Record implements [cmdlet.Streams].
func (p *parallelLoop) Record(stream syntax.Stream, v any) error {
	return p.send(jobRecord{stream: stream, value: v})
}

// Progress implements [cmdlet.Streams].
func (p *parallelLoop) Progress(r cmdlet.Progress) error { return p.send(jobRecord{progress: &r}) }

func (p *parallelLoop) send(r jobRecord) error {
	select {
	case p.records <- r:
		return nil
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
}

// start runs the block for one object as soon as there is room, and passes on meanwhile what the others put out.
func (p *parallelLoop) start(v any, out cmdlet.Out) error {
	if p.ctx.Err() != nil {
		return p.whole.Err() // nil: the time is over
	}
	run, err := out.Session().Apart(cmdlet.Work{Script: p.script, Under: v, HasUnder: true, Using: p.using}, p)
	if err != nil {
		return err
	}
	for {
		select {
		case p.slots <- struct{}{}:
			p.running.Go(func() {
				defer func() { <-p.slots }()
				p.run(run)
			})
			return nil
		case r := <-p.records:
			if err := r.pass(out); err != nil {
				return err
			}
		case <-p.ctx.Done():
			return p.whole.Err()
		}
	}
}

// run runs one block to its end; the error that ends it is one record more.
func (p *parallelLoop) run(run func(context.Context) error) {
	err := run(p.ctx)
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return
	}
	// When the loop has ended nobody takes errors any more.
	_ = p.send(jobRecord{stream: syntax.StreamError, value: object.RecordOf(err)})
}

// finish passes on what comes until all blocks have ended.
func (p *parallelLoop) finish(out cmdlet.Out) error {
	idle := make(chan struct{})
	go func() {
		p.running.Wait()
		close(idle)
	}()
	for {
		select {
		case r := <-p.records:
			if err := r.pass(out); err != nil {
				return err
			}
		case <-idle:
			return p.whole.Err()
		}
	}
}

// Close ends the blocks that still run and waits for them.
func (p *parallelLoop) Close() error {
	p.cancel()
	p.running.Wait()
	return nil
}
