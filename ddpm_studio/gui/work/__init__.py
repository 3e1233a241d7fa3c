"""What the window's jobs do: one module of generators for each page.

Each function here is a generator that a job drives on its thread. The engine's parts that bring
torch, PIL or av along are imported inside the functions, so that the first window does not wait
for them. Pages call them through the module (`train.train_project(...)`), so that a test can put
a fake generator of the same events in the place of slow work.
"""
