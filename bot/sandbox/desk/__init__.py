"""A stand-in for a service desk's ticket system: it speaks ConnectWise over HTTP, and can be told to misbehave."""
