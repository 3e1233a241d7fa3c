"""Dialogs of the window; each is shown with open(), never with exec(), and says what it wants."""
