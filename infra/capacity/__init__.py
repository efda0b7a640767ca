"""Whether a service of a given size fits into AWS's quotas. Pure; `reelstack capacity`.

quotas    AWS's default limits, with source and date
needs     what a size asks of each in its busiest hour, and what it costs
table     both side by side; infra/checks/capacity.py writes docs/capacity.md
"""
