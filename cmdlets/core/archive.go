package core

import (
	"archive/zip"
	"compress/flate"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

const moduleArchive = "Microsoft.PowerShell.Archive"

var (
	_ = declare(cmdlet.Spec{
		Name: "Compress-Archive", Module: moduleArchive, DefaultSet: "Path", ShouldProcess: true, Synopsis: "Creates a compressed archive, or zipped file, from specified files and directories.",
		Class: "Compress-Archive",
	}, func() cmdlet.Cmdlet { return &compressArchive{} })
	_ = declare(cmdlet.Spec{
		Name: "Expand-Archive", Module: moduleArchive, DefaultSet: "Path", ShouldProcess: true, Synopsis: "Extracts files from a specified archive (zipped) file.",
		Class: "Expand-Archive",
	}, func() cmdlet.Cmdlet { return &expandArchive{} })
)

type compressArchive struct {
	Path             []string `param:"set=Path,PathWithForce,PathWithUpdate mandatory pos=0 pipeline pipelinebyname wildcards" complete:"file" help:"Files and directories; wildcards are allowed."`
	LiteralPath      []string `param:"set=LiteralPath,LiteralPathWithForce,LiteralPathWithUpdate mandatory pipelinebyname" alias:"PSPath" complete:"file" help:"Files and directories, their names taken as they are."`
	DestinationPath  string   `param:"mandatory pos=1" complete:"file" help:"The archive."`
	CompressionLevel string   `param:"" validate:"set=Optimal,NoCompression,Fastest" help:"Optimal (the default), Fastest or NoCompression."`
	PassThru         bool     `param:"" help:"Gives the archive."`
	Update           bool     `param:"set=PathWithUpdate,LiteralPathWithUpdate mandatory" help:"Replaces in the archive what is newer, and keeps the rest."`
	Force            bool     `param:"set=PathWithForce,LiteralPathWithForce mandatory" help:"Overwrites the archive."`

	found []target
}

// Process collects what is to be packed.
func (c *compressArchive) Process(_ context.Context, _ any, out cmdlet.Out) error {
	found, err := existing(out, c.Path, c.LiteralPath, nil, false)
	if err != nil {
		return err
	}
	for _, t := range found {
		if t.drive != nil {
			if err := out.Error(notSupported(t.text())); err != nil {
				return err
			}
			continue
		}
		c.found = append(c.found, t)
	}
	return nil
}

// End writes the archive beside its place and moves it there when it is whole.
func (c *compressArchive) End(ctx context.Context, out cmdlet.Out) error {
	if len(c.found) == 0 {
		return nil
	}
	to, err := archivePath(out, c.DestinationPath, true)
	if err != nil {
		return err
	}
	if pathExists(to) && !c.Force && !c.Update {
		e := object.NewException("System.IO.IOException", "The archive file %s already exists. Use the -Update parameter to update the existing archive file or use the -Force parameter to overwrite the existing archive file.", to)
		return object.NewErrorOf(e, "ArchiveFileExists", object.PermissionDenied, to)
	}
	if ok, err := out.ShouldProcess(to, ""); err != nil || !ok {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(to), ".archive*.tmp")
	if err != nil {
		return fileError(err, "CompressArchive", object.WriteError, to)
	}
	err = errors.Join(c.pack(ctx, f, to), f.Close())
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), to)
	}
	if err != nil {
		if left := os.Remove(f.Name()); left != nil && !errors.Is(left, fs.ErrNotExist) {
			err = errors.Join(err, left)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fileError(err, "CompressArchive", object.WriteError, to)
	}
	if c.PassThru {
		return out.Write(object.NewFile(to, false))
	}
	return nil
}

// pack writes all that was found, and with -Update what the old archive has besides.
func (c *compressArchive) pack(ctx context.Context, f io.Writer, old string) error {
	w := zip.NewWriter(f)
	level := map[string]int{"fastest": flate.BestSpeed, "optimal": flate.DefaultCompression}[strings.ToLower(c.CompressionLevel)]
	if c.CompressionLevel == "" {
		level = flate.DefaultCompression
	}
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, level) })
	names := map[string]bool{}
	for _, t := range c.found {
		base := filepath.Dir(t.path)
		err := filepath.WalkDir(t.path, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			name, err := filepath.Rel(base, path)
			if err != nil {
				return err
			}
			name = filepath.ToSlash(name)
			names[name] = true
			return c.add(w, path, name, e)
		})
		if err != nil {
			return err
		}
	}
	if c.Update && pathExists(old) {
		if err := keepOthers(w, old, names); err != nil {
			return err
		}
	}
	return w.Close()
}

// add packs a file; of directories only empty ones have an entry.
func (c *compressArchive) add(w *zip.Writer, path, name string, e fs.DirEntry) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		if entries, err := os.ReadDir(path); err != nil || len(entries) > 0 {
			return err
		}
		name += "/"
	}
	h, err := zip.FileInfoHeader(info)
	if err != nil {
		return err
	}
	h.Name, h.Method = name, zip.Deflate
	if info.IsDir() || strings.EqualFold(c.CompressionLevel, "NoCompression") {
		h.Method = zip.Store
	}
	to, err := w.CreateHeader(h)
	if err != nil || info.IsDir() {
		return err
	}
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, from.Close())
}

// keepOthers copies from an archive what has none of the names.
func keepOthers(w *zip.Writer, old string, names map[string]bool) error {
	r, err := zip.OpenReader(old)
	if err != nil {
		return err
	}
	for _, f := range r.File {
		if names[strings.TrimSuffix(f.Name, "/")] {
			continue
		}
		if err := w.Copy(f); err != nil {
			return errors.Join(err, r.Close())
		}
	}
	return r.Close()
}

// archivePath is an archive's path, with .zip where it has no extension.
func archivePath(out cmdlet.Out, path string, added bool) (string, error) {
	full := out.Session().Resolve(slashed(path))
	ext := filepath.Ext(full)
	if ext == "" && added {
		return full + ".zip", nil
	}
	if !strings.EqualFold(ext, ".zip") {
		e := object.NewException("System.IO.IOException", "%s is not a supported archive file format. .zip is the only supported archive file format.", ext)
		return "", object.NewErrorOf(e, "NotSupportedArchiveFileExtension", object.InvalidArgument, path)
	}
	return full, nil
}

type expandArchive struct {
	Path            string `param:"set=Path mandatory pos=0 pipeline pipelinebyname" complete:"file" help:"The archive; wildcards are allowed where they fit one file."`
	LiteralPath     string `param:"set=LiteralPath mandatory pipelinebyname" alias:"PSPath" complete:"file" help:"The archive, its name taken as it is."`
	DestinationPath string `param:"pos=1" complete:"file" help:"The directory to extract to; one with the archive's name, in the current directory, when left out."`
	Force           bool   `param:"" help:"Overwrites files that exist."`
	PassThru        bool   `param:"" help:"Gives what was extracted."`
}

// Process extracts an archive. Nothing is extracted where a file would land outside the directory, or on another one without -Force.
func (c *expandArchive) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	file, err := oneFile(out.Session(), c.Path+c.LiteralPath, c.LiteralPath != "")
	if err != nil {
		return err
	}
	if file, err = archivePath(out, file, false); err != nil {
		return err
	}
	dir := c.DestinationPath
	if dir == "" {
		dir = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	}
	dir = out.Session().Resolve(slashed(dir))
	r, err := zip.OpenReader(file)
	if err != nil {
		if errors.Is(err, zip.ErrFormat) {
			e := object.NewException("System.IO.InvalidDataException", "The file '%s' is no zip archive, or its end is missing.", file)
			return object.NewErrorOf(e, "ExpandArchive", object.InvalidData, file)
		}
		return readError(file, err)
	}
	defer r.Close()
	for _, f := range r.File {
		name := filepath.FromSlash(strings.ReplaceAll(f.Name, `\`, "/"))
		switch {
		case !filepath.IsLocal(name):
			e := object.NewException("System.IO.IOException", "The archive '%s' was not extracted: its entry '%s' would land outside '%s'.", file, f.Name, dir)
			return object.NewErrorOf(e, "ExpandArchive", object.SecurityError, f.Name)
		case !c.Force && !f.FileInfo().IsDir() && pathExists(filepath.Join(dir, name)):
			e := object.NewException("System.IO.IOException", "Failed to create file '%s' while expanding the archive file '%s' contents as the file '%s' already exists. Use the -Force parameter if you want to overwrite the existing directory '%s' contents when expanding the archive file.",
				filepath.Join(dir, name), file, filepath.Join(dir, name), dir)
			return object.NewErrorOf(e, "ExpandArchiveFileExists", object.PermissionDenied, file)
		}
	}
	if ok, err := out.ShouldProcess(file, ""); err != nil || !ok {
		return err
	}
	var made []string
	for _, f := range r.File {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.FromSlash(strings.ReplaceAll(f.Name, `\`, "/")))
		if err := extract(f, path); err != nil {
			return fileError(err, "ExpandArchive", object.WriteError, path)
		}
		made = append(made, path)
	}
	if !c.PassThru {
		return nil
	}
	slices.Sort(made)
	for _, path := range made {
		if err := out.Write(object.NewFile(path, false)); err != nil {
			return err
		}
	}
	return nil
}

// extract writes one entry with its time.
func extract(f *zip.File, path string) error {
	if f.FileInfo().IsDir() {
		return os.MkdirAll(path, 0o777)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	from, err := f.Open()
	if err != nil {
		return err
	}
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o666)
	if err != nil {
		return errors.Join(err, from.Close())
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, from.Close(), to.Close()); err != nil {
		return err
	}
	return os.Chtimes(path, f.Modified, f.Modified)
}
