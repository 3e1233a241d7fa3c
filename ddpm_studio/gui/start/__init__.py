"""The start screen: recent projects and a new one."""
