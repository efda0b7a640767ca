-- One sliding window of ${seconds} s that moves every ${slide} s. Unique viewers are counted exactly. Of a region the
-- ${most_items} most played clips and as many tags are passed on. `first_at` is of what trends alone (0: nothing did): age
-- lowers a trend, and anybody could date a direct play of a fresh clip a day back.
CREATE TEMPORARY VIEW window_${seconds} AS
SELECT
    '${window_row}' || '${seconds}' AS `kind`, `place` AS `owner`, `item` AS `field`,
    1000 * UNIX_TIMESTAMP(DATE_FORMAT(`window_end`, 'yyyy-MM-dd HH:mm:ss')) AS `number`, `weight` AS `total`,
    CONCAT_WS(
        ',', CAST(`plays` AS STRING), CAST(`viewers` AS STRING), CAST(`finishes` AS STRING),
        CAST(`fast_skips` AS STRING), CAST(`likes` AS STRING), CAST(`hides` AS STRING), CAST(`reports` AS STRING),
        CAST(`shown` AS STRING), CAST(`watched_ms` AS STRING), CAST(`first_at` AS STRING)
    ) AS `counts`
FROM (
    SELECT *, ROW_NUMBER() OVER (
        PARTITION BY `window_start`, `window_end`, `place`, SUBSTRING(`item`, 1, 1) ORDER BY `plays` DESC
    ) AS `rank_in_place`
    FROM (
        SELECT
            `place`, `item`, `window_start`, `window_end`,
            COUNT(*) FILTER (WHERE `kind` = 'play') AS `plays`,
            COUNT(DISTINCT `viewer`) FILTER (WHERE `kind` = 'play') AS `viewers`,
            COUNT(*) FILTER (WHERE `kind` = 'finish') AS `finishes`,
            COUNT(*) FILTER (WHERE `kind` = 'fast_skip') AS `fast_skips`,
            COUNT(*) FILTER (WHERE `kind` = 'like') AS `likes`,
            COUNT(*) FILTER (WHERE `kind` = 'hide') AS `hides`,
            COUNT(*) FILTER (WHERE `kind` = 'report') AS `reports`,
            COUNT(*) FILTER (WHERE `shown`) AS `shown`,
            SUM(`more_ms`) AS `watched_ms`,
            SUM(`weight`) AS `weight`,
            COALESCE(MIN(`at`) FILTER (WHERE `shown` OR `weight` <> 0), 0) AS `first_at`
        FROM TABLE(HOP(
            TABLE item_facts, DESCRIPTOR(`event_time`), INTERVAL '${slide}' SECOND(5), INTERVAL '${seconds}' SECOND(5)
        ))
        GROUP BY `place`, `item`, `window_start`, `window_end`
    )
) WHERE `rank_in_place` <= ${most_items};
