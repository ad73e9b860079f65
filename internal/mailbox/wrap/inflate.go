package wrap

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"sync"
)

// An inflater reads a stream compressed as RFC 1951 has it, and hands out all that can be told from what has come so far before it
// waits for more.
//
// The standard library's reader does that only behind an empty stored block (zlib's Z_SYNC_FLUSH); behind a Z_PARTIAL_FLUSH it
// would wait for the server, which waits for us (golang.org/issue/31514).
type inflater struct {
	in   *bufio.Reader
	bits uint64 // read and not used yet, the first one lowest; what is above them has been seen only
	n    uint   // how many

	out  [2 * windowSize]byte
	w    int // end of what is in out: the window that is pointed back to, and what was not handed out yet
	r    int // beginning of the latter
	err  error
	last bool // it is the last block

	kind   blockKind // of the block that is being read
	left   int       // what a stored block, or a copy from the window, still has to give
	back   int       // how far behind the end the copy is from; 0 in a stored block
	lit    *prefixCode
	dist   *prefixCode
	own    [2]prefixCode // what a block with codes of its own uses
	length [maxLit + maxDist]uint8
}

type blockKind byte

const (
	betweenBlocks blockKind = iota
	storedBlock
	codedBlock
)

const (
	windowSize = 32 << 10
	endOfBlock = 256
	maxLit     = 286
	maxDist    = 30
)

var (
	errMoreInput = errors.New("what follows has not come yet") // never leaves the inflater
	errCorrupt   = errors.New("it is not deflate")
)

func newInflater(in *bufio.Reader) *inflater { return &inflater{in: in} }

func (f *inflater) Read(p []byte) (int, error) {
	if f.r == f.w && len(p) > 0 {
		f.fill()
	}
	n := copy(p, f.out[f.r:f.w])
	f.r += n
	if n == 0 && len(p) > 0 {
		return 0, f.err
	}
	return n, nil
}

// fill decodes until there is something to hand out and no more without waiting, or no more room for it. All has been handed out.
func (f *inflater) fill() {
	if f.w > windowSize {
		copy(f.out[:windowSize], f.out[f.w-windowSize:f.w])
		f.w = windowSize
		f.r = f.w
	}
	for f.err == nil && f.w < len(f.out) {
		var err error
		switch {
		case f.kind == betweenBlocks && f.w > f.r:
			return // a block's beginning may have to be waited for
		case f.kind == betweenBlocks && f.last:
			err = io.EOF
		case f.kind == betweenBlocks:
			err = f.begin()
		case f.kind == storedBlock:
			err = f.store()
		case f.left > 0:
			f.repeat()
		default:
			err = f.symbols()
		}
		if err == errMoreInput {
			return
		}
		f.err = err
	}
}

// more reads a byte; not if that may mean to wait while there is something to hand out.
func (f *inflater) more() error {
	if f.w > f.r && f.in.Buffered() == 0 {
		return errMoreInput
	}
	c, err := f.in.ReadByte()
	if err != nil {
		return unexpected(err)
	}
	f.bits |= uint64(c) << f.n
	f.n += 8
	return nil
}

// refill reads what is there, as many bytes as there is room for.
func (f *inflater) refill() {
	if f.in.Buffered() < 8 {
		return
	}
	ahead, _ := f.in.Peek(8) // is there
	f.bits |= binary.LittleEndian.Uint64(ahead) << f.n
	bytes := (63 - f.n) / 8
	_, _ = f.in.Discard(int(bytes))
	f.n += 8 * bytes
}

// take reads n bits, between blocks, where it may wait.
func (f *inflater) take(n uint) (int, error) {
	for f.n < n {
		if err := f.more(); err != nil {
			return 0, err
		}
	}
	v := int(f.bits & (1<<n - 1))
	f.drop(n)
	return v, nil
}

func (f *inflater) drop(n uint) {
	f.bits >>= n
	f.n -= n
}

// begin reads the beginning of a block.
func (f *inflater) begin() error {
	head, err := f.take(3)
	if err != nil {
		return err
	}
	f.last = head&1 == 1
	switch head >> 1 {
	case 0:
		f.drop(f.n % 8)
		size, err := f.take(16)
		if err != nil {
			return err
		}
		check, err := f.take(16)
		if err != nil {
			return err
		}
		if size != ^check&0xffff {
			return fmt.Errorf("%w: the length of a block contradicts itself", errCorrupt)
		}
		f.kind, f.left = storedBlock, size
	case 1:
		codes := fixedCodes()
		f.kind, f.lit, f.dist = codedBlock, &codes[0], &codes[1]
	case 2:
		if err := f.codes(); err != nil {
			return err
		}
		f.kind, f.lit, f.dist = codedBlock, &f.own[0], &f.own[1]
	default:
		return fmt.Errorf("%w: a block of an unknown kind", errCorrupt)
	}
	return nil
}

// store hands on what there is of a stored block.
func (f *inflater) store() error {
	for f.n > 0 && f.left > 0 && f.w < len(f.out) { // has been read already, whole bytes of it
		f.out[f.w] = byte(f.bits)
		f.w++
		f.left--
		f.drop(8)
	}
	if f.n == 0 {
		f.bits = 0 // what was seen only is read past it
	}
	if f.left == 0 {
		f.kind = betweenBlocks
		return nil
	}
	room := f.out[f.w:min(len(f.out), f.w+f.left)]
	if len(room) == 0 {
		return nil
	}
	if f.w > f.r && f.in.Buffered() == 0 {
		return errMoreInput
	}
	n, err := f.in.Read(room)
	f.w += n
	f.left -= n
	if n > 0 {
		return nil
	}
	return unexpected(err)
}

// repeat copies from the window.
func (f *inflater) repeat() {
	n := min(f.left, len(f.out)-f.w)
	f.left -= n
	from := f.w - f.back
	for n > 0 { // of what is copied, the end may be what the copy makes itself
		m := copy(f.out[f.w:f.w+n], f.out[from:f.w])
		f.w += m
		n -= m
	}
}

// The lengths and distances that a symbol stands for, and by how many bits more they are told (RFC 1951, 3.2.5).
var (
	lengthBase = [...]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthBits = [...]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distBase   = [...]uint16{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	distBits   = [...]uint8{0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13}
)

// symbols decodes a block's symbols as long as there is room, up to the first copy. A symbol is used up only when all of it is there.
func (f *inflater) symbols() error {
	for f.w < len(f.out) {
		if f.n < 48 {
			f.refill()
		}
		sym, used, ok := f.lit.symbol(f.bits, f.n)
		switch {
		case !ok:
			if err := f.lack(); err != nil {
				return err
			}
		case sym < endOfBlock:
			f.out[f.w] = byte(sym)
			f.w++
			f.drop(used)
		case sym == endOfBlock:
			f.drop(used)
			f.kind = betweenBlocks
			return nil
		default:
			if done, err := f.copied(sym-endOfBlock-1, used); done || err != nil {
				return err
			}
		}
	}
	return nil
}

// lack gets more bits for a symbol that can't be told yet. With as many as the longest has, there is none.
func (f *inflater) lack() error {
	if f.n > maxCode {
		return fmt.Errorf("%w: a symbol that no code is for", errCorrupt)
	}
	return f.more()
}

// copied decodes the rest of a copy's length, and its distance. It says whether they were there.
func (f *inflater) copied(sym int, used uint) (done bool, err error) {
	if sym >= len(lengthBase) {
		return false, fmt.Errorf("%w: an unknown length", errCorrupt)
	}
	extra := uint(lengthBits[sym])
	if f.n < used+extra {
		return false, f.more()
	}
	length := int(lengthBase[sym]) + int(f.bits>>used&(1<<extra-1))
	used += extra
	sym, more, ok := f.dist.symbol(f.bits>>used, f.n-used)
	if !ok {
		if f.n-used > maxCode {
			return false, fmt.Errorf("%w: a distance that no code is for", errCorrupt)
		}
		return false, f.more()
	}
	if sym >= len(distBase) {
		return false, fmt.Errorf("%w: an unknown distance", errCorrupt)
	}
	used += more
	extra = uint(distBits[sym])
	if f.n < used+extra {
		return false, f.more()
	}
	back := int(distBase[sym]) + int(f.bits>>used&(1<<extra-1))
	if back > f.w {
		return false, fmt.Errorf("%w: it points to before its beginning", errCorrupt)
	}
	f.drop(used + extra)
	f.left, f.back = length, back
	return true, nil
}

// codeOrder is the order in which the lengths of the codes for lengths are told (RFC 1951, 3.2.7).
var codeOrder = [...]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// codes reads the codes that a block brings along.
func (f *inflater) codes() error {
	var counts [3]int
	for i, width := range []uint{5, 5, 4} {
		var err error
		if counts[i], err = f.take(width); err != nil {
			return err
		}
	}
	nlit, ndist, ncode := counts[0]+257, counts[1]+1, counts[2]+4
	if nlit > maxLit || ndist > maxDist {
		return fmt.Errorf("%w: too many codes", errCorrupt)
	}
	var lengths [len(codeOrder)]uint8
	for _, i := range codeOrder[:ncode] {
		v, err := f.take(3)
		if err != nil {
			return err
		}
		lengths[i] = uint8(v)
	}
	if !f.own[0].make(lengths[:]) {
		return fmt.Errorf("%w: contradictory codes for lengths", errCorrupt)
	}
	if err := f.codeLengths(f.length[:nlit+ndist]); err != nil {
		return err
	}
	if !f.own[0].make(f.length[:nlit]) || !f.own[1].make(f.length[nlit:nlit+ndist]) {
		return fmt.Errorf("%w: contradictory codes", errCorrupt)
	}
	return nil
}

// codeLengths reads the lengths of codes by the code that was made for them.
func (f *inflater) codeLengths(lengths []uint8) error {
	for i := 0; i < len(lengths); {
		sym, used, ok := f.own[0].symbol(f.bits, f.n)
		if !ok {
			if err := f.lack(); err != nil {
				return err
			}
			continue
		}
		f.drop(used)
		if sym < 16 {
			lengths[i] = uint8(sym)
			i++
			continue
		}
		repeated, base, width := uint8(0), 3, uint(3)
		switch sym {
		case 16:
			if i == 0 {
				return fmt.Errorf("%w: nothing to repeat", errCorrupt)
			}
			repeated, width = lengths[i-1], 2
		case 18:
			base, width = 11, 7
		}
		n, err := f.take(width)
		if err != nil {
			return err
		}
		if n += base; i+n > len(lengths) {
			return fmt.Errorf("%w: more lengths than codes", errCorrupt)
		}
		for range n {
			lengths[i] = repeated
			i++
		}
	}
	return nil
}

const (
	maxCode   = 15 // the most bits of a code
	shortCode = 10 // up to which codes are looked up
)

// A prefixCode tells symbols by their codes.
type prefixCode struct {
	short   [1 << shortCode]uint16 // by the next bits: symbol<<4 and length of the code; 0 if it is longer, or there is none
	count   [maxCode + 1]uint16    // codes of each length
	symbols [maxLit + 2]uint16     // in the order of their codes
}

// make takes in the lengths of the symbols' codes, 0 for those that have none. It is false when they can't be those of a code.
func (c *prefixCode) make(lengths []uint8) bool {
	clear(c.short[:])
	clear(c.count[:])
	for _, n := range lengths {
		c.count[n]++
	}
	c.count[0] = 0
	left, longest := 1, 0 // of the codes of a length, how many are free
	var code, index [maxCode + 2]uint16
	for n := 1; n <= maxCode; n++ {
		left = left<<1 - int(c.count[n])
		if left < 0 {
			return false
		}
		if c.count[n] > 0 {
			longest = n
		}
		code[n+1] = (code[n] + c.count[n]) << 1
		index[n+1] = index[n] + c.count[n]
	}
	if left > 0 && longest > 0 && (longest > 1 || c.count[1] != 1) { // codes may be missing only where there is none, or one of one bit
		return false
	}
	for sym, n := range lengths {
		if n == 0 {
			continue
		}
		c.symbols[index[n]] = uint16(sym)
		index[n]++
		if n <= shortCode {
			for at := int(bits.Reverse16(code[n]) >> (16 - n)); at < len(c.short); at += 1 << n {
				c.short[at] = uint16(sym)<<4 | uint16(n)
			}
		}
		code[n]++
	}
	return true
}

// symbol tells which symbol the first of n bits are the code of, and of how many. It is false when they are not enough, or none's.
func (c *prefixCode) symbol(have uint64, n uint) (sym int, used uint, ok bool) {
	if e := c.short[have&(1<<shortCode-1)]; e != 0 {
		used = uint(e & 15)
		return int(e >> 4), used, used <= n
	}
	code, first, index := 0, 0, 0
	for used = 1; used <= min(n, maxCode); used++ {
		code |= int(have & 1)
		have >>= 1
		count := int(c.count[used])
		if code-first < count {
			return int(c.symbols[index+code-first]), used, true
		}
		index += count
		first = (first + count) << 1
		code <<= 1
	}
	return 0, 0, false
}

// fixedCodes are those of blocks that bring none along.
var fixedCodes = sync.OnceValue(func() *[2]prefixCode {
	var lengths [maxLit + 2]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	codes := new([2]prefixCode)
	codes[0].make(lengths[:])
	for i := range 32 {
		lengths[i] = 5
	}
	codes[1].make(lengths[:32])
	return codes
})
