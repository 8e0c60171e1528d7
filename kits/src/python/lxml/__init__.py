# The package lxml over the framework's element trees.
