-- Totals that people and alarms read. A row is late for a window when every window that it belongs to was written.
CREATE TEMPORARY VIEW totals AS
SELECT
    '${total_row}' AS `kind`, '' AS `owner`, `name` AS `field`, COUNT(*) AS `number`, CAST(0 AS DOUBLE) AS `total`,
    '' AS `counts`
FROM (
    ${late_selects}
    UNION ALL
    SELECT 'unknown_type' AS `name` FROM told WHERE `type` NOT IN (${known_types})
) GROUP BY `name`;

CREATE TEMPORARY VIEW newest AS
SELECT
    '${newest_row}' AS `kind`, '' AS `owner`, '' AS `field`, MAX(`received_at`) AS `number`,
    CAST(0 AS DOUBLE) AS `total`, '' AS `counts`
FROM TABLE(TUMBLE(TABLE told, DESCRIPTOR(`arrived`), INTERVAL '0.5' SECOND))
GROUP BY `window_start`, `window_end`;

-- One row for each part of the sink: it starts the part's heartbeat.
CREATE TEMPORARY VIEW starts AS
SELECT
    '${start_row}' AS `kind`, '' AS `owner`, '' AS `field`, CAST(`part` AS BIGINT) AS `number`,
    CAST(0 AS DOUBLE) AS `total`, '' AS `counts`
FROM (VALUES ${parts}) AS p(`part`);
