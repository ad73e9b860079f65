package cmdlet

import (
	"maps"
	"math/bits"
	"slices"
	"sort"
	"strings"
	"sync"
)

// setMask is a set of parameter sets, one bit each; allMask stands for "no set excluded yet".
type setMask uint32

const allMask = ^setMask(0)

func (m setMask) count() int { return bits.OnesCount32(uint32(m)) }

// schema is what the binder derives once from an Info: the parameters with the common ones behind them, found by name, and
// the parameter sets as bits.
type schema struct {
	params   []*Parameter
	own      int       // how many of them are the command's own
	common   int       // how many common ones follow; behind them are those of a dynamicparam block
	masks    []setMask // sets a parameter belongs to; allMask for all
	byName   map[string]*Parameter
	sets     []string // names by bit
	declared setMask  // bits in use
	def      setMask  // bit of the default set, 0 if none
	// positions lists the parameters that have a position in some set, ordered by it.
	positions []int
	// pipeline lists the parameters that take pipeline input in some set.
	pipeline []*Parameter
}

var schemaMu sync.Mutex

// schema returns the derived tables, making them at first use. Infos are shared by sessions, hence the lock.
func (info *Info) schema() *schema {
	if s := info.derived.Load(); s != nil {
		return s
	}
	schemaMu.Lock()
	defer schemaMu.Unlock()
	if s := info.derived.Load(); s != nil {
		return s
	}
	s := newSchema(info)
	info.derived.Store(s)
	return s
}

// All returns the command's parameters, the common ones included, in the order of their Index.
func (info *Info) All() []*Parameter { return info.schema().params }

// Sets returns the names of the parameter sets in order of first mention; a command without sets has AllSets.
func (info *Info) Sets() []string {
	if s := info.schema(); len(s.sets) > 0 {
		return s.sets
	}
	return []string{AllSets}
}

// Parameter finds a parameter by its exact name or alias, without regard to case.
func (info *Info) Parameter(name string) (*Parameter, bool) {
	p, ok := info.schema().byName[strings.ToLower(name)]
	return p, ok
}

func newSchema(info *Info) *schema {
	s := &schema{byName: map[string]*Parameter{}, own: len(info.Parameters)}
	s.params = append(s.params, info.Parameters...)
	if info.Advanced {
		s.params = append(s.params, commonParameters(info)...)
	}
	s.common = len(s.params) - s.own
	for i, p := range s.params {
		if i >= len(info.Parameters) { // common parameters are shared by all commands: a copy carries this one's index
			c := *p
			p = &c
			s.params[i] = p
		}
		s.enter(p, i)
	}
	if info.DefaultSet != "" && info.DefaultSet != AllSets {
		s.def = s.setBit(info.DefaultSet)
	}
	s.order()
	return s
}

// with is the schema with further parameters behind the others.
func (s *schema) with(added []*Parameter) *schema {
	more := &schema{
		params: slices.Concat(s.params, added), own: s.own, common: s.common, masks: slices.Clone(s.masks), byName: maps.Clone(s.byName),
		sets: slices.Clone(s.sets), declared: s.declared, def: s.def,
	}
	for i, p := range added {
		more.enter(p, len(s.params)+i)
	}
	more.order()
	return more
}

// setBit is the bit of a set, a new one where the set has none yet.
func (s *schema) setBit(name string) setMask {
	if m := s.bit(name); m != 0 {
		return m
	}
	m := setMask(1) << len(s.sets)
	s.sets = append(s.sets, name)
	s.declared |= m
	return m
}

// enter makes a parameter known by its names and sets.
func (s *schema) enter(p *Parameter, index int) {
	p.Index = index
	mask := setMask(0)
	for _, set := range p.Sets {
		if set.Name == AllSets || set.Name == "" {
			mask = allMask
			break
		}
		mask |= s.setBit(set.Name)
	}
	s.masks = append(s.masks, mask)
	s.byName[strings.ToLower(p.Name)] = p
	for _, a := range p.Aliases {
		if _, taken := s.byName[strings.ToLower(a)]; !taken {
			s.byName[strings.ToLower(a)] = p
		}
	}
}

// order lists the positions, and the parameters that take input.
func (s *schema) order() {
	seen := map[int]bool{}
	for _, p := range s.params {
		takes := false
		for _, set := range p.Sets {
			if set.Position >= 0 && !seen[set.Position] {
				seen[set.Position] = true
				s.positions = append(s.positions, set.Position)
			}
			takes = takes || set.Pipeline || set.PipelineByName
		}
		if takes {
			s.pipeline = append(s.pipeline, p)
		}
	}
	sort.Ints(s.positions)
}

// isCommon tells whether a parameter is one of those that all advanced commands have.
func (s *schema) isCommon(p *Parameter) bool { return p.Index >= s.own && p.Index < s.own+s.common }

// in returns the parameter's role in the sets of mask: the first of its attributes that applies.
func (s *schema) in(p *Parameter, mask setMask) (ParameterSet, bool) {
	for _, set := range p.Sets {
		if set.Name == AllSets || set.Name == "" || s.bit(set.Name)&mask != 0 {
			return set, true
		}
	}
	return ParameterSet{}, false
}

func (s *schema) bit(name string) setMask {
	for i, n := range s.sets {
		if strings.EqualFold(n, name) {
			return 1 << i
		}
	}
	return 0
}

// name returns the name of the one set in mask, or AllSets.
func (s *schema) name(mask setMask) string {
	m := mask & s.declared
	if mask == allMask || m.count() != 1 {
		return AllSets
	}
	return s.sets[bits.TrailingZeros32(uint32(m))]
}

// resolve finds a parameter by name, alias or unambiguous prefix. Exact names win over prefixes. It returns the candidates
// where the prefix is ambiguous.
func (s *schema) resolve(name string) (*Parameter, []*Parameter) {
	key := strings.ToLower(name)
	if p, ok := s.byName[key]; ok {
		return p, nil
	}
	var found, byAlias []*Parameter
	for _, p := range s.params {
		switch {
		case strings.HasPrefix(strings.ToLower(p.Name), key):
			found = append(found, p)
		case slices.ContainsFunc(p.Aliases, func(a string) bool { return strings.HasPrefix(strings.ToLower(a), key) }):
			byAlias = append(byAlias, p)
		}
	}
	found = append(found, byAlias...)
	if len(found) > 1 { // the command's own parameters come before the common ones
		own := slices.DeleteFunc(slices.Clone(found), func(p *Parameter) bool { return s.isCommon(p) })
		if len(own) == 1 {
			found = own
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return nil, found
}
