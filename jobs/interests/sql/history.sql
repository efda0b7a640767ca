-- The last ${watched} clips that a viewer watched, each with the greatest share of it that was watched (0 to 1).
CREATE TEMPORARY VIEW history AS
SELECT
    '${watched_row}' AS `kind`, `viewer` AS `owner`, `video_id` AS `field`, `last_at` AS `number`, `share` AS `total`,
    '' AS `counts`
FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY `viewer` ORDER BY `last_at` DESC) AS `place`
    FROM (
        SELECT
            `viewer`, `video_id`, MAX(`at`) AS `last_at`,
            MAX(CASE WHEN `kind` = 'finish' THEN 1.0E0 ELSE LEAST(1.0E0, CAST(`watched_ms` AS DOUBLE) / `duration_ms`) END)
                AS `share`
        FROM told
        WHERE `has_interests` AND `duration_ms` > 0 AND `kind` IN ('progress', 'finish', 'replay', 'skip', 'fast_skip', 'pause')
        GROUP BY `viewer`, `video_id`
    )
) WHERE `place` <= ${watched};
