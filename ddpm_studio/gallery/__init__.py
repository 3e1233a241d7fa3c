"""What was made in a project: its pictures and films, batches of many, stars and the trash."""
