"""Journal → routes → Kafka, in one thread; positions move only behind acknowledgements."""
