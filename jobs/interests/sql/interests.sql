-- Interests of a viewer: for each key and half-life the forward-decayed sum Σ w · 2^((t − L) / half-life), a plain sum.
-- The landmark L is the start of an epoch of ${epoch_half_lives} half-lives: no term exceeds w · 2^${epoch_half_lives}. The rows of two
-- neighbouring epochs lie in two slots; readers move both to one landmark and add them (scores.rebase). An event that
-- arrived more than an epoch late weighs less than w · 2^-${epoch_half_lives} and is left out: it could meet a slot used again.
CREATE TEMPORARY VIEW speaking AS
SELECT
    `viewer`, `at`, `received_at`,
    CASE `kind` ${weight_cases} END AS `weight`,
    CASE
        WHEN `kind` IN ('follow', 'unfollow', 'block', 'profile_visit')
            THEN ARRAY[CAST(CHR(1) || '${creator}' || `target` AS STRING)]
        WHEN `kind` = 'hide' AND `what` = 'tag' THEN ARRAY[CAST(CHR(1) || '${tag}' || `target` AS STRING)]
        WHEN `kind` = 'hide' AND `what` = 'creator' THEN ARRAY[CAST(CHR(1) || '${creator}' || `owner_id` AS STRING)]
        ELSE ARRAY_CONCAT(
            ARRAY_DISTINCT(`tags`),
            ARRAY[
                CAST(CASE WHEN `owner_id` = '' THEN '' ELSE CHR(1) || '${creator}' || `owner_id` END AS STRING),
                CAST(CASE WHEN `language` = '' THEN '' ELSE CHR(1) || '${language}' || `language` END AS STRING),
                CAST(CASE WHEN `duration_ms` = 0 THEN '' ELSE CHR(1) || '${duration}' || ${duration_bucket} END AS STRING)
            ]
        )
    END AS `words`
FROM told
WHERE `has_interests` AND `kind` IN (${weighted_kinds});

-- A word is a tag of a clip, or after CHR(1) a whole key. Tags are stored without control characters; what a client says
-- that it hides is a whole key, since events that were archived before may hold any.
CREATE TEMPORARY VIEW worded AS
SELECT
    `viewer`, `weight`, `at`, `received_at`,
    CASE WHEN SUBSTRING(`word`, 1, 1) = CHR(1) THEN SUBSTRING(`word`, 2) ELSE '${tag}' || `word` END AS `interest`
FROM speaking CROSS JOIN UNNEST(`words`) AS w(`word`)
WHERE `word` <> '';

-- Each half-life by itself. UNNEST of a list of constants would be a join: it keeps every row as state, and a start at a
-- checkpoint that is older than the end of the list reads the list again, so that every later event counts twice.
CREATE TEMPORARY VIEW weighted AS
${half_selects};

CREATE TEMPORARY VIEW interests AS
SELECT
    '${interest_row}' AS `kind`,
    `viewer` AS `owner`,
    `half` || CAST(MOD(`epoch`, 2) AS STRING) || ':' || `interest` AS `field`,
    `epoch` * `epoch_ms` AS `number`,
    `total`,
    '' AS `counts`
FROM (
    SELECT
        `viewer`, `half`, `interest`, `epoch_ms`, `at` / `epoch_ms` AS `epoch`,
        SUM(`weight` * POWER(2, CAST(MOD(`at`, `epoch_ms`) AS DOUBLE) / `half_life_ms`)) AS `total`
    FROM weighted
    WHERE `received_at` - `at` <= `epoch_ms`
    GROUP BY `viewer`, `half`, `interest`, `epoch_ms`, `at` / `epoch_ms`
);
