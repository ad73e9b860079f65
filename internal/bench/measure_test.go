package bench

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A cost is what a process took.
type cost struct {
	wall, cpu time.Duration
	// rssAnon is the most memory of its own that was seen, in bytes; 0 where it was not looked at.
	rssAnon int64
}

// measure runs a command to its end. Memory is looked at only where it is asked for, as looking costs time too.
func measure(ctx context.Context, memory bool, env []string, dir string, args ...string) (cost, string, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return cost{}, "", err
	}
	ended := make(chan struct{})
	peak := make(chan int64, 1)
	go func() { peak <- watchMemory(cmd.Process.Pid, memory, ended) }()
	err := cmd.Wait()
	wall := time.Since(begun)
	close(ended)
	c := cost{wall: wall, rssAnon: <-peak}
	c.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out.Bytes())
	}
	return c, out.String(), err
}

// watchMemory is the highest RssAnon seen, looking every few milliseconds.
func watchMemory(pid int, memory bool, ended <-chan struct{}) (peak int64) {
	if !memory {
		return 0
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err == nil {
			peak = max(peak, rssAnon(status))
		}
		select {
		case <-ended:
			return peak
		case <-tick.C:
		}
	}
}

func rssAnon(status []byte) int64 {
	_, rest, _ := bytes.Cut(status, []byte("RssAnon:"))
	words := strings.Fields(string(rest))
	if len(words) == 0 {
		return 0
	}
	kilobytes, _ := strconv.ParseInt(words[0], 10, 64)
	return kilobytes << 10
}

// A series is what one measurement gave in each round.
type series []cost

func (s series) median(figure func(cost) float64) float64 {
	values := make([]float64, len(s))
	for i, c := range s {
		values[i] = figure(c)
	}
	slices.Sort(values)
	n := len(values)
	if n == 0 {
		return math.NaN()
	}
	if n%2 == 0 {
		return (values[n/2-1] + values[n/2]) / 2
	}
	return values[n/2]
}

func (s series) seconds() float64 { return s.median(func(c cost) float64 { return c.wall.Seconds() }) }
func (s series) cpuSeconds() float64 {
	return s.median(func(c cost) float64 { return c.cpu.Seconds() })
}
func (s series) megabytes() float64 {
	return s.median(func(c cost) float64 { return float64(c.rssAnon) / (1 << 20) })
}
