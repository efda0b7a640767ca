"""Experiments: which viewers get which variant of the feed, and what it did to them.

layers         layers, arms and their parameters, as the configuration in AppConfig describes them
assignment     which arm a viewer is in, by hash; and how a receipt's `policy` says so
configuration  the configuration in AppConfig: read in the background, written by the command line and the guard
statistics     intervals that may be looked at every day, CUPED, the check of the sample ratio
viewer_days    what an arm's viewers did, by day, as the daily job writes it
reports        arms against their control, and which arm is harmful
guard          stops harmful arms each day
interleaving   two rankers' lists in one page, and which of the two viewers preferred
off_policy     what a ranker would have earned on what another one showed
"""
