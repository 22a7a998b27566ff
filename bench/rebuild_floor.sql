-- What a rebuild cannot be much faster than: each rollup by one plain grouping of the tickets, and once for the city.
INSERT INTO floor_dashboards_unithour (unit_id, hour, received, resolved)
SELECT unit_id, hour, sum(received), sum(resolved) FROM (
    SELECT unit_id, date_trunc('hour', occurred_at, 'UTC') AS hour, 1 AS received, 0 AS resolved FROM feedback_ticket
    UNION ALL
    SELECT unit_id, date_trunc('hour', resolved_at, 'UTC'), 0, 1 FROM feedback_ticket WHERE resolved_at IS NOT NULL
) AS facts GROUP BY unit_id, hour;

INSERT INTO floor_dashboards_unitday
    (unit_id, day, received, self_received, resolved, reopened, rejected, rated, satisfied, score_sum, handled_minutes,
     stopped_minutes)
SELECT unit_id, day, sum(received), sum(own), sum(resolved), sum(reopened), sum(rejected), sum(rated), sum(satisfied),
       sum(score), sum(handled), sum(stopped)
FROM (
    SELECT unit_id, (occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, 1 AS received,
           coalesce(recorded_by_id = unit_id, false)::int AS own, 0 AS resolved,
           0 AS reopened, 0 AS rejected, 0 AS rated, 0 AS satisfied, 0 AS score, 0 AS handled, 0 AS stopped
    FROM feedback_ticket
    UNION ALL
    SELECT unit_id, (resolved_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, 0, 0, 1, 0, 0, 0, 0, 0, coalesce(handling_minutes, 0),
           CASE WHEN handling_minutes IS NULL THEN 0 ELSE paused_minutes END
    FROM feedback_ticket WHERE resolved_at IS NOT NULL
    UNION ALL
    SELECT unit_id, (reopened_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0
    FROM feedback_ticket WHERE reopened_at IS NOT NULL
    UNION ALL
    SELECT unit_id, (rejected_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0
    FROM feedback_ticket WHERE rejected_at IS NOT NULL
    UNION ALL
    SELECT unit_id, (rated_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, 0, 0, 0, 0, 0, 1, (score >= 4)::int, score, 0, 0
    FROM feedback_ticket WHERE rated_at IS NOT NULL
) AS facts GROUP BY unit_id, day;

INSERT INTO floor_dashboards_categoryday (unit_id, category_id, day, received, resolved, due, met)
SELECT unit_id, category_id, day, sum(received), sum(resolved), sum(due), sum(met) FROM (
    SELECT unit_id, category_id, (occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, 1 AS received,
           0 AS resolved, 0 AS due, 0 AS met FROM feedback_ticket
    UNION ALL
    SELECT unit_id, category_id, (resolved_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, 0, 1, 0, 0
    FROM feedback_ticket WHERE resolved_at IS NOT NULL
    UNION ALL
    SELECT promise.unit_id, category_id, (promise.due_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, 0, 0, 1,
           coalesce(met_at <= promise.due_at, false)::int
    FROM feedback_promise AS promise JOIN feedback_ticket AS ticket ON ticket.id = ticket_id
    WHERE withdrawn_at IS NULL AND promise.paused_at IS NULL AND counts AND NOT is_self_made AND kind = 'result'
) AS facts GROUP BY unit_id, category_id, day;

INSERT INTO floor_dashboards_channelday (unit_id, channel_id, day, received)
SELECT unit_id, channel_id, (occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, count(*)
FROM feedback_ticket GROUP BY 1, 2, 3;

INSERT INTO floor_dashboards_durationday (unit_id, kind, day, bin, tickets)
SELECT unit_id, 'handling', (resolved_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date,
       width_bucket(handling_minutes, %(edges)s), count(*)
FROM feedback_ticket WHERE resolved_at IS NOT NULL AND handling_minutes IS NOT NULL GROUP BY 1, 2, 3, 4;
INSERT INTO floor_dashboards_durationday (unit_id, kind, day, bin, tickets)
SELECT unit_id, 'accepting', (accepted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date,
       width_bucket(minutes_to_accept, %(edges)s), count(*)
FROM feedback_ticket WHERE accepted_at IS NOT NULL AND minutes_to_accept IS NOT NULL GROUP BY 1, 2, 3, 4;

INSERT INTO floor_dashboards_promiseday (unit_id, kind, day, due, met, self_due, self_met, first_due, first_met)
SELECT unit_id, kind, (due_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, count(*) FILTER (WHERE NOT is_self_made),
       count(*) FILTER (WHERE met_at <= due_at AND NOT is_self_made), count(*) FILTER (WHERE is_self_made),
       count(*) FILTER (WHERE met_at <= due_at AND is_self_made),
       count(*) FILTER (WHERE NOT is_self_made AND kind = 'result'),
       count(*) FILTER (WHERE met_at <= due_at AND NOT is_self_made AND kind = 'result')
FROM feedback_promise WHERE withdrawn_at IS NULL AND paused_at IS NULL AND counts GROUP BY 1, 2, 3;

-- The city is the sum of its units.
INSERT INTO floor_dashboards_unithour (unit_id, hour, received, resolved)
SELECT %(city)s, hour, sum(received), sum(resolved) FROM floor_dashboards_unithour GROUP BY hour;
INSERT INTO floor_dashboards_unitday
    (unit_id, day, received, self_received, resolved, reopened, rejected, rated, satisfied, score_sum, handled_minutes,
     stopped_minutes)
SELECT %(city)s, day, sum(received), sum(self_received), sum(resolved), sum(reopened), sum(rejected), sum(rated),
       sum(satisfied), sum(score_sum), sum(handled_minutes), sum(stopped_minutes) FROM floor_dashboards_unitday GROUP BY day;
INSERT INTO floor_dashboards_categoryday (unit_id, category_id, day, received, resolved, due, met)
SELECT %(city)s, category_id, day, sum(received), sum(resolved), sum(due), sum(met) FROM floor_dashboards_categoryday
GROUP BY category_id, day;
INSERT INTO floor_dashboards_channelday (unit_id, channel_id, day, received)
SELECT %(city)s, channel_id, day, sum(received) FROM floor_dashboards_channelday GROUP BY channel_id, day;
INSERT INTO floor_dashboards_durationday (unit_id, kind, day, bin, tickets)
SELECT %(city)s, kind, day, bin, sum(tickets) FROM floor_dashboards_durationday GROUP BY kind, day, bin;
INSERT INTO floor_dashboards_promiseday (unit_id, kind, day, due, met, self_due, self_met, first_due, first_met)
SELECT %(city)s, kind, day, sum(due), sum(met), sum(self_due), sum(self_met), sum(first_due), sum(first_met)
FROM floor_dashboards_promiseday WHERE kind = 'result' GROUP BY kind, day;
