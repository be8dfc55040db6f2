"""What happens to turns without a person at a page: the API of programs, and the job that closes a day."""
