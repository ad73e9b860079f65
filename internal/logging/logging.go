// Package logging writes migsh's log: one JSON object a line, in files that
// rotate, without secrets.
package logging

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"gopkg.in/natefinch/lumberjack.v2"
)

// Options say what is logged and how much of it is kept.
type Options struct {
	Level slog.Leveler // nil: slog.LevelInfo
	// Keep is how many full files of MaxSize MB are kept beside the current
	// one; zero means 5 of 20 MB.
	Keep, MaxSize int
}

// Open makes a logger that writes to migsh.log in dir, which is made at need.
// Closing the closer ends it.
func Open(dir string, options Options) (*slog.Logger, io.Closer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("make the directory of the log: %w", err)
	}
	if options.Keep == 0 {
		options.Keep = 5
	}
	if options.MaxSize == 0 {
		options.MaxSize = 20
	}
	// New files get mode 0600.
	file := &lumberjack.Logger{
		Filename: filepath.Join(dir, "migsh.log"), MaxSize: options.MaxSize, MaxBackups: options.Keep,
	}
	return New(file, options.Level), file, nil
}

// New makes a logger that writes to w. A nil level is slog.LevelInfo.
func New(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: redact}))
}
