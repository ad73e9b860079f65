// Package wrap holds the decorators that stand between a socket and a mail protocol: byte meter, rate limit, guard against
// stalls, compression, redacting trace, and a filter that repairs what odd IMAP servers say. Each is a net.Conn around a net.Conn and knows
// nothing of the others.
//
// The order, from the socket up, is
//
//	TCP → Meter → Guard → Limit → TLS → Deflate → Tracer → Filter → the protocol's client
//
// so that the meter and the limit speak of bytes on the wire, the guard does not mistake waiting for the limit for a stall, and
// the trace shows what the server really said, compressed or not.
package wrap
