-- Exchanges and warranty cases beside returns: pieces are counted, parcels noted, refunds made up of parts.
ALTER TABLE cases ADD COLUMN opened_on DATE;
-- As it was in UTC: at most a day off where the customer lives.
UPDATE cases SET opened_on = SUBSTR(opened_at, 1, 10);
ALTER TABLE cases ADD COLUMN since TEXT;
UPDATE cases SET since = COALESCE(
  (SELECT MAX(at) FROM case_event WHERE case_event.case_id = cases.id AND to_state = cases.state), opened_at);
ALTER TABLE cases ADD COLUMN refund_wanted_by TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN tracking TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN sent_reference TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN sent_tracking TEXT NOT NULL DEFAULT '';

ALTER TABLE case_item ADD COLUMN received INTEGER NOT NULL DEFAULT 0 CHECK (received >= 0);
ALTER TABLE case_item ADD COLUMN damaged INTEGER NOT NULL DEFAULT 0 CHECK (damaged >= 0);
-- What was here counted as it was asked for.
UPDATE case_item SET received = quantity WHERE case_id IN (
  SELECT id FROM cases WHERE state IN ('received', 'inspected_failed', 'refund_due', 'refunded'));

ALTER TABLE refund ADD COLUMN goods TEXT NOT NULL DEFAULT '0';
ALTER TABLE refund ADD COLUMN shipping TEXT NOT NULL DEFAULT '0';
ALTER TABLE refund ADD COLUMN restocking TEXT NOT NULL DEFAULT '0';
ALTER TABLE refund ADD COLUMN deduction TEXT NOT NULL DEFAULT '0';
ALTER TABLE refund ADD COLUMN deduction_reason TEXT NOT NULL DEFAULT '';
UPDATE refund SET goods = amount;
