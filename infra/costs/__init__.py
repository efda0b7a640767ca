"""What a stage costs, before it is deployed.

prices    list prices of AWS, dated, with their sources
idle      a month in which nobody uses the stage, from its templates; pure
clips     producing, keeping and delivering clips, from its settings; pure
report    both as text; infra/checks/costs.py writes the passage of docs/operations.md
"""
