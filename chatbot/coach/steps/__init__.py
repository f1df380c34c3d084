"""The questions a plan is built with, a module for each part of the checklist: how they are asked, and answers read."""
