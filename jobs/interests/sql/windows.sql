-- Counters of clips ("v:<id>") and tags ("t:<tag>") by region, '' being all of them, in sliding windows of event time.
-- ${late_ms} ms after a window's end, by the newest event seen, it is written and no event changes it any more.

-- What one viewer adds to a clip's trending is bounded: of each kind the first event in a UTC day. Only what an answer
-- has shown or a table tells, of an account.
CREATE TEMPORARY VIEW trends AS
SELECT `event_time`, `at`, `viewer`, `video_id`, `tags`, `region`, `kind` FROM (
    SELECT *, ROW_NUMBER() OVER (
        PARTITION BY `viewer`, `video_id`, `kind`, `at` / 86400000 ORDER BY `arrived`
    ) AS `copy`
    FROM told
    WHERE `has_account` AND `origin` IN ('shown', 'table') AND `video_id` <> ''
        AND `kind` IN ('play', ${trending_kinds}) AND NOT (`kind` = 'hide' AND `what` <> 'video')
) WHERE `copy` = 1;

-- `watched_ms` grows within a view: what counts is by how much.
CREATE TEMPORARY VIEW watches AS
SELECT
    `event_time`, `at`, `viewer`, `video_id`, `tags`, `region`,
    `most` - COALESCE(LAG(`most`) OVER (PARTITION BY `viewer`, `view_id` ORDER BY `arrived`), 0) AS `more_ms`
FROM (
    SELECT *, MAX(`watched_ms`) OVER (
        PARTITION BY `viewer`, `view_id` ORDER BY `arrived` ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `most`
    FROM told
    WHERE `video_id` <> '' AND `view_id` <> '' AND `kind` IN (${watching_kinds})
);

CREATE TEMPORARY VIEW facts AS
SELECT
    `event_time`, `at`, `viewer`, `video_id`, `tags`, `region`, `kind`,
    CAST(0 AS BIGINT) AS `more_ms`, CAST(0 AS DOUBLE) AS `weight`
FROM told
WHERE `video_id` <> '' AND `kind` IN (${counted_kinds}) AND NOT (`kind` = 'hide' AND `what` <> 'video')
UNION ALL
SELECT `event_time`, `at`, `viewer`, `video_id`, `tags`, `region`, 'watch', `more_ms`, CAST(0 AS DOUBLE)
FROM watches WHERE `more_ms` > 0
UNION ALL
SELECT
    `event_time`, `at`, `viewer`, `video_id`, `tags`, `region`, CASE WHEN `kind` = 'play' THEN 'shown' ELSE 'trend' END,
    CAST(0 AS BIGINT), CASE `kind` ${weight_cases} ELSE 0.0E0 END
FROM trends;

-- A word is a tag, or after CHR(1) a whole name.
CREATE TEMPORARY VIEW item_facts AS
SELECT
    `event_time`, `at`, `viewer`, `kind`, `more_ms`, `weight`, `place`,
    CASE WHEN SUBSTRING(`word`, 1, 1) = CHR(1) THEN SUBSTRING(`word`, 2) ELSE 't:' || `word` END AS `item`
FROM facts
CROSS JOIN UNNEST(ARRAY_CONCAT(ARRAY_DISTINCT(`tags`), ARRAY[CAST(CHR(1) || 'v:' || `video_id` AS STRING)])) AS w(`word`)
CROSS JOIN UNNEST(
    CASE WHEN `region` = '' THEN ARRAY[CAST('' AS STRING)] ELSE ARRAY[CAST('' AS STRING), `region`] END
) AS p(`place`)
WHERE `word` <> '';
