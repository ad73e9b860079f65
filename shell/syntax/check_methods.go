package syntax

func (c *checker) method(n *FunctionMember) {}
