"""Pictures and animations as files."""
