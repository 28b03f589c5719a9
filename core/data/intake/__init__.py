"""Data sets that people bring: zips, folders elsewhere, public sets from the network."""
