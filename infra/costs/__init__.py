"""What a stage costs, before it is deployed.

prices    list prices of AWS, dated, with their sources
idle      a month in which nobody uses the stage, from its templates; pure
clips     producing, keeping and delivering clips, from its settings; pure
events    a month's events of viewers; pure
answers   answers of the feed; pure
model     a whole service of a given size, line by line; pure
holdings  what is stored where, and by which policy it would cost what; pure
report    all of them as text; infra/checks/costs.py writes the passage of docs/operations.md
"""
