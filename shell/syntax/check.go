package syntax

func check(p *parser, root *ScriptBlock) {}
