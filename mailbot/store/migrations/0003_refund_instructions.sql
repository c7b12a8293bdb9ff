-- What finance is told to pay stands in a row of its own, and so does each export that tells it.
CREATE TABLE refund_export (
  id {id},
  exported_at TEXT NOT NULL,
  digest TEXT NOT NULL,
  sent_to TEXT NOT NULL
);

CREATE TABLE refund_instruction (
  id {id},
  refund_id INTEGER NOT NULL UNIQUE REFERENCES refund (id),
  order_number TEXT NOT NULL,
  amount TEXT NOT NULL,
  currency TEXT NOT NULL,
  payment_method TEXT NOT NULL,
  due_on DATE NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'exported', 'settled')),
  export_id INTEGER REFERENCES refund_export (id),
  settled_from TEXT NOT NULL
);
CREATE INDEX refund_instruction_open ON refund_instruction (id) WHERE state = 'open';
CREATE INDEX refund_instruction_export ON refund_instruction (export_id);

-- Finance was told of these in another way; what isn't paid yet goes into the first export.
INSERT INTO refund_instruction
  (refund_id, order_number, amount, currency, payment_method, due_on, state, settled_from)
SELECT id, order_number, amount, currency, payment_method, due_on,
  CASE state WHEN 'settled' THEN 'settled' ELSE 'open' END, ''
FROM refund ORDER BY id;

-- A letter about a case knows which one.
ALTER TABLE outbox ADD COLUMN case_id INTEGER REFERENCES cases (id);
UPDATE outbox SET case_id = (
  SELECT MIN(refund.case_id) FROM refund JOIN cases ON cases.id = refund.case_id
  WHERE cases.ticket_id = outbox.ticket_id AND refund.booked_at = outbox.created_at)
WHERE template = 'refund_notice';
CREATE INDEX outbox_case ON outbox (case_id) WHERE case_id IS NOT NULL;
