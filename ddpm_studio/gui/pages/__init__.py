"""The pages of the window, a row each, in the order of the rail; none imports another.

A page is made of its row: its step in the rail, its key, its part in the list of keys.
"""

from ddpm_studio.gui.pages.generate_page import GeneratePage
from ddpm_studio.gui.pages.made_page import MadePage
from ddpm_studio.gui.pages.page import Page
from ddpm_studio.gui.pages.pictures_page import PicturesPage
from ddpm_studio.gui.pages.start_page import StartPage
from ddpm_studio.gui.pages.train_page import TrainPage

PAGES: tuple[type[Page], ...] = (StartPage, PicturesPage, TrainPage, GeneratePage, MadePage)
