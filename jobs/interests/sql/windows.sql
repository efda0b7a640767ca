-- Counters of clips ("v:<id>") and tags ("t:<tag>") by region, '' being all of them, in sliding windows of event time.
-- ${late_ms} ms after a window's end, by the newest event seen, it is written and no event changes it any more.
-- Each event stays one row of one stream up to the windows: streams that meet would have the least of their watermarks,
-- and a late row could enter a window that the newest event has closed.

-- `trends`: what an answer has shown or a table tells, of an account. Of each kind the first event of a viewer and a clip
-- in a UTC day counts (`trend`), so that what one viewer adds is bounded.
CREATE TEMPORARY VIEW windowed AS
SELECT
    *,
    CASE WHEN `trends` THEN CAST(`at` / 86400000 AS STRING) || ':' || `kind` ELSE '' END AS `trend`
FROM (
    SELECT
        `event_time`, `arrived`, `at`, `viewer`, `video_id`, `view_id`, `tags`, `region`, `kind`,
        CASE WHEN `view_id` <> '' AND `kind` IN (${watching_kinds}) THEN `watched_ms` ELSE 0 END AS `watched_ms`,
        `has_account` AND `origin` IN ('shown', 'table') AND `kind` IN ('play', ${trending_kinds}) AS `trends`
    FROM told
    WHERE ${is_windowed}
);

-- `watched_ms` grows within a view: what counts is by how much.
CREATE TEMPORARY VIEW measured AS
SELECT
    *,
    `most` - COALESCE(LAG(`most`) OVER (PARTITION BY `viewer`, `view_id` ORDER BY `arrived`), 0) AS `more_ms`
FROM (
    SELECT *, MAX(`watched_ms`) OVER (
        PARTITION BY `viewer`, `view_id` ORDER BY `arrived` ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `most`
    FROM windowed
);

CREATE TEMPORARY VIEW facts AS
SELECT
    `event_time`, `at`, `viewer`, `video_id`, `tags`, `region`, `kind`, `more_ms`,
    `first` AND `kind` = 'play' AS `shown`,
    CASE WHEN NOT `first` OR `kind` = 'play' THEN 0.0E0 ELSE CASE `kind` ${weight_cases} ELSE 0.0E0 END END AS `weight`
FROM (
    SELECT *, `trends` AND COUNT(*) OVER (
        PARTITION BY `viewer`, `video_id`, `trend` ORDER BY `arrived` ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) = 1 AS `first`
    FROM measured
)
WHERE `first` OR `more_ms` > 0 OR `kind` IN (${counted_kinds});

-- A word is a tag, or after CHR(1) a whole name.
CREATE TEMPORARY VIEW item_facts AS
SELECT
    `event_time`, `at`, `viewer`, `kind`, `more_ms`, `shown`, `weight`, `place`,
    CASE WHEN SUBSTRING(`word`, 1, 1) = CHR(1) THEN SUBSTRING(`word`, 2) ELSE 't:' || `word` END AS `item`
FROM facts
CROSS JOIN UNNEST(ARRAY_CONCAT(ARRAY_DISTINCT(`tags`), ARRAY[CAST(CHR(1) || 'v:' || `video_id` AS STRING)])) AS w(`word`)
CROSS JOIN UNNEST(
    CASE WHEN `region` = '' THEN ARRAY[CAST('' AS STRING)] ELSE ARRAY[CAST('' AS STRING), `region`] END
) AS p(`place`)
WHERE `word` <> '';
