package core

import (
	"context"
	"errors"
	"net"
	"strconv"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Test-Connection", Module: moduleManagement, DefaultSet: "TcpPort", Synopsis: "Tells whether a port of a computer answers.",
	OutputTypes: []string{"System.Boolean"},
}, func() cmdlet.Cmdlet { return &testConnection{TimeoutSeconds: 5, Count: 1} })

type testConnection struct {
	TargetName     []string `param:"mandatory pos=0 pipeline pipelinebyname" alias:"ComputerName" validate:"notnullorempty" help:"Names or addresses of computers."`
	TCPPort        int32    `param:"" name:"TcpPort" validate:"range=0,65535" help:"The port to connect to."`
	Count          int32    `param:"" validate:"range=1,2147483647" help:"How often to connect; one failure makes the answer False."`
	TimeoutSeconds int32    `param:"" validate:"range=1,2147483647" help:"How long to wait for an answer."`
	Quiet          bool     `param:"" help:"Answers True or False, as -TcpPort always does."`
	IPv4           bool     `param:"" help:"Over IPv4 only."`
	IPv6           bool     `param:"" help:"Over IPv6 only."`
}

// Process connects to each computer.
func (c *testConnection) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	if !out.Bound("TcpPort") {
		return object.NewError("NotSupported", object.NotImplemented, nil, "Test-Connection sends no echo requests here, since these need the system's administrator. Test a port that has to answer, such as -TcpPort 993.")
	}
	network := "tcp"
	switch {
	case c.IPv4 && !c.IPv6:
		network = "tcp4"
	case c.IPv6 && !c.IPv4:
		network = "tcp6"
	}
	d := net.Dialer{Timeout: time.Duration(c.TimeoutSeconds) * time.Second}
	for _, name := range c.TargetName {
		ok := true
		for range c.Count {
			conn, err := d.DialContext(ctx, network, net.JoinHostPort(name, strconv.Itoa(int(c.TCPPort))))
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err == nil {
				err = conn.Close()
			}
			if unknown, is := errors.AsType[*net.DNSError](err); is && unknown.IsNotFound {
				e := object.NewException("System.Net.NetworkInformation.PingException", "Testing connection to computer '%s' failed: Cannot resolve the target name.", name)
				if err := out.Error(object.NewErrorOf(e, "TestConnectionException", object.ResourceUnavailable, name)); err != nil {
					return err
				}
			}
			ok = ok && err == nil
		}
		if err := out.Write(ok); err != nil {
			return err
		}
	}
	return nil
}
