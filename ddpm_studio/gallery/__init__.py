"""What was made in a project, "Made" in the window: pictures, films, batches, stars, the trash."""
