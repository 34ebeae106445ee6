"""What runs in which process: the supervisor with its threads, the receivers, the publisher."""
