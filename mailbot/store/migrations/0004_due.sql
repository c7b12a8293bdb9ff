-- The due-list: when the clock looks at a case next, and what it did about each wait, once.
ALTER TABLE cases ADD COLUMN waits_until DATE;
ALTER TABLE cases ADD COLUMN look_at TEXT;
-- What is over is never looked at: the index holds open cases alone.
CREATE INDEX cases_look ON cases (look_at, id) WHERE look_at IS NOT NULL;
UPDATE cases SET look_at = COALESCE(since, opened_at) WHERE state NOT IN
  ('declined', 'replaced', 'repaired', 'refunded', 'closed', 'withdrawn', 'expired');

CREATE TABLE reminder (
  id {id},
  case_id INTEGER NOT NULL REFERENCES cases (id),
  step TEXT NOT NULL,
  begun_at TEXT NOT NULL,
  told_on DATE NOT NULL,
  rule TEXT NOT NULL
);
CREATE UNIQUE INDEX reminder_step ON reminder (case_id, begun_at, step);
INSERT INTO reminder (case_id, step, begun_at, told_on, rule)
  SELECT r.case_id, 'tell staff that a promise is broken', COALESCE(c.since, c.opened_at), r.due_on, ''
  FROM refund r JOIN cases c ON c.id = r.case_id WHERE r.overdue_told;
ALTER TABLE refund DROP COLUMN overdue_told;

-- By which rules, calendar and hours the days above were counted.
CREATE TABLE due_mark (
  id {id},
  counted_by TEXT NOT NULL
);
