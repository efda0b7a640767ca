-- What every aggregate reads. Names after a dollar sign are constants of reelstack.feed.scores (constants.py).

-- An event that comes twice counts once: state of ids is kept as long as duplicates may come (state TTL of this view).
-- How a clip played concerns no aggregate: it takes no state.
CREATE TEMPORARY VIEW first_events AS
SELECT * FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY `id` ORDER BY `arrived`) AS `copy` FROM events
    WHERE `id` IS NOT NULL AND `at` IS NOT NULL AND COALESCE(`type`, '') <> '${quality}'
) WHERE `copy` = 1;

-- Told events: what the aggregates need of them. The program makes the view `told` of this one, with the column `arrived`.
CREATE TEMPORARY VIEW told_events AS
SELECT
    `id`, `type`, `viewer`, `video_id`, `view_id`, `owner_id`, `tags`, `language`, `duration_ms`, `at`, `received_at`,
    `watched_ms`, `what`, `target`, `event_time`, `origin`, COALESCE(`region`, '') AS `region`,
    `signed_in` AND `viewer` NOT LIKE 's:%' AS `has_account`,
    `signed_in` AND `personalised` AND `viewer` NOT LIKE 's:%' AS `has_interests`,
    CASE
        WHEN `type` = 'skip' AND `watched_ms` < LEAST(${fast_skip_ms}, ${fast_skip_share} * `duration_ms`) THEN 'fast_skip'
        WHEN `type` = 'report' AND `what` <> 'video' THEN 'report_of_other'
        ELSE `type`
    END AS `kind`
FROM first_events;
