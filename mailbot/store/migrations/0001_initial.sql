-- The first schema. {id} and {bytes} are written in each engine's way. A migration that has shipped never changes.
CREATE TABLE inbox (
  id {id},
  digest TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  size BIGINT NOT NULL,
  is_header_only BOOLEAN NOT NULL,
  received_at TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'quarantined')),
  attempts INTEGER NOT NULL,
  error TEXT NOT NULL,
  done_at TEXT,
  trace TEXT NOT NULL,
  rules_version TEXT NOT NULL,
  rescued BOOLEAN NOT NULL
);
CREATE INDEX inbox_state ON inbox (state, id);

CREATE TABLE server_mail (
  id {id},
  mailbox TEXT NOT NULL,
  folder TEXT NOT NULL,
  uidvalidity BIGINT NOT NULL,
  uid BIGINT NOT NULL,
  inbox_id INTEGER NOT NULL REFERENCES inbox (id),
  settled BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX server_mail_uid ON server_mail (mailbox, folder, uidvalidity, uid);
CREATE INDEX server_mail_inbox ON server_mail (inbox_id);
CREATE INDEX server_mail_unsettled ON server_mail (mailbox, folder, uidvalidity) WHERE NOT settled;

CREATE TABLE cursor (
  id {id},
  mailbox TEXT NOT NULL,
  folder TEXT NOT NULL,
  uidvalidity BIGINT NOT NULL,
  last_uid BIGINT NOT NULL
);
CREATE UNIQUE INDEX cursor_folder ON cursor (mailbox, folder, uidvalidity);

CREATE TABLE mailbox_trouble (
  id {id},
  mailbox TEXT NOT NULL,
  folder TEXT NOT NULL,
  since TEXT NOT NULL,
  failures INTEGER NOT NULL,
  next_try_at TEXT NOT NULL,
  is_refusal BOOLEAN NOT NULL,
  tried_with TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE UNIQUE INDEX mailbox_trouble_place ON mailbox_trouble (mailbox, folder);

CREATE TABLE orders (
  number TEXT PRIMARY KEY,
  buyer_name TEXT NOT NULL,
  buyer_email TEXT NOT NULL,
  phone TEXT NOT NULL,
  country TEXT NOT NULL,
  language TEXT NOT NULL,
  currency TEXT NOT NULL,
  payment_method TEXT NOT NULL,
  purchased_on DATE NOT NULL,
  delivered_on DATE,
  shipping_status TEXT NOT NULL,
  tracking_number TEXT NOT NULL,
  discount TEXT NOT NULL,
  shipping_cost TEXT NOT NULL,
  phone_key TEXT NOT NULL,
  tracking_key TEXT NOT NULL
);
CREATE INDEX orders_buyer ON orders (buyer_email, purchased_on, number);
CREATE INDEX orders_newest ON orders (purchased_on, number);
CREATE INDEX orders_phone ON orders (phone_key, purchased_on, number);
CREATE INDEX orders_tracking ON orders (tracking_key, purchased_on, number);

CREATE TABLE order_line (
  id {id},
  order_number TEXT NOT NULL REFERENCES orders (number) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  model TEXT NOT NULL,
  name TEXT NOT NULL,
  serials TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  unit_price TEXT NOT NULL
);
CREATE UNIQUE INDEX order_line_position ON order_line (order_number, position);

-- Serial numbers in the form in which they are compared; as printed they stand in order_line.
CREATE TABLE order_serial (
  order_number TEXT NOT NULL REFERENCES orders (number) ON DELETE CASCADE,
  serial TEXT NOT NULL,
  PRIMARY KEY (order_number, serial)
);
CREATE INDEX order_serial_serial ON order_serial (serial, order_number);

CREATE TABLE ticket (
  id {id},
  state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  subject TEXT NOT NULL,
  language TEXT NOT NULL,
  customer_name TEXT NOT NULL,
  customer_email TEXT NOT NULL,
  wish TEXT NOT NULL,
  order_number TEXT NOT NULL,
  asked_orders TEXT NOT NULL,
  linked_to INTEGER REFERENCES ticket (id),
  merged_into INTEGER REFERENCES ticket (id),
  closed_at TEXT,
  opened_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX ticket_state ON ticket (state, updated_at);
CREATE INDEX ticket_customer ON ticket (customer_email);

-- Every order that a ticket is about; ticket.order_number is the current one.
CREATE TABLE ticket_order (
  id {id},
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  order_number TEXT NOT NULL,
  named_by TEXT NOT NULL,
  since TEXT NOT NULL
);
CREATE UNIQUE INDEX ticket_order_number ON ticket_order (ticket_id, order_number);

-- What staff said of a sender's mails where the match was wrong.
CREATE TABLE correction (
  id {id},
  email TEXT NOT NULL,
  order_number TEXT NOT NULL,
  written TEXT NOT NULL,
  said_by TEXT NOT NULL,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  said_at TEXT NOT NULL
);
CREATE INDEX correction_email ON correction (email, id);

CREATE TABLE participant (
  id {id},
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  email TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('customer', 'copy'))
);
CREATE UNIQUE INDEX participant_email ON participant (ticket_id, email);

-- Members of the desk who get no notice of a ticket: a complaint in it is about them.
CREATE TABLE kept_from (
  id {id},
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  email TEXT NOT NULL
);
CREATE UNIQUE INDEX kept_from_email ON kept_from (ticket_id, email);

-- Message-IDs under which others know mails of ours, or that a mail in the ticket answers.
CREATE TABLE learned_id (
  id {id},
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  message_id TEXT NOT NULL
);
CREATE UNIQUE INDEX learned_id_message_id ON learned_id (message_id, ticket_id);

-- Owners of orders are asked whether somebody else may speak for them.
CREATE TABLE confirmation (
  id {id},
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  order_number TEXT NOT NULL,
  asked_for TEXT NOT NULL,
  asked_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  granted_at TEXT
);
CREATE INDEX confirmation_ticket ON confirmation (ticket_id);
CREATE INDEX confirmation_order ON confirmation (order_number);
CREATE INDEX confirmation_asked_for ON confirmation (asked_for);

CREATE TABLE outbox (
  id {id},
  ticket_id INTEGER REFERENCES ticket (id),
  template TEXT NOT NULL,
  reader TEXT NOT NULL CHECK (reader IN ('customer', 'staff')),
  recipient TEXT NOT NULL,
  message_id TEXT NOT NULL UNIQUE,
  automatic BOOLEAN NOT NULL,
  verified BOOLEAN NOT NULL,
  subject_key TEXT NOT NULL,
  sender_key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'transmitting', 'sent', 'uncertain', 'dead')),
  attempts INTEGER NOT NULL,
  next_try_at TEXT,
  claimed_by TEXT NOT NULL,
  last_error TEXT NOT NULL,
  created_at TEXT NOT NULL,
  sent_at TEXT
);
CREATE INDEX outbox_due ON outbox (next_try_at, id) WHERE state = 'queued';
CREATE INDEX outbox_open ON outbox (state) WHERE state IN ('sending', 'transmitting', 'uncertain', 'dead');
CREATE INDEX outbox_recipient ON outbox (recipient, created_at);
CREATE INDEX outbox_subject ON outbox (subject_key, created_at) WHERE subject_key <> '';
CREATE INDEX outbox_sender ON outbox (sender_key, created_at) WHERE sender_key <> '';
CREATE INDEX outbox_ticket ON outbox (ticket_id, created_at);

CREATE TABLE outbox_bytes (
  outbox_id INTEGER PRIMARY KEY REFERENCES outbox (id),
  sealed {bytes},
  digest TEXT NOT NULL
);

CREATE TABLE message (
  id {id},
  ticket_id INTEGER REFERENCES ticket (id),
  inbox_id INTEGER UNIQUE REFERENCES inbox (id),
  outbox_id INTEGER UNIQUE REFERENCES outbox (id),
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  message_id TEXT NOT NULL,
  sender TEXT NOT NULL,
  sender_name TEXT NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  origin TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  content_digest TEXT NOT NULL,
  verdict TEXT NOT NULL,
  marked BOOLEAN NOT NULL,
  warnings TEXT NOT NULL,
  at TEXT NOT NULL
);
CREATE INDEX message_ticket ON message (ticket_id, id);
CREATE INDEX message_message_id ON message (message_id);

CREATE TABLE attachment (
  id {id},
  message_id INTEGER NOT NULL REFERENCES message (id),
  digest TEXT NOT NULL,
  filename TEXT NOT NULL,
  content_type TEXT NOT NULL,
  detected_type TEXT NOT NULL,
  flags TEXT NOT NULL,
  size BIGINT NOT NULL,
  inline BOOLEAN NOT NULL
);
CREATE INDEX attachment_message ON attachment (message_id);
CREATE INDEX attachment_digest ON attachment (digest);

-- What was read from attached files; customers' words, so they are sealed.
CREATE TABLE file_reading (
  file_digest TEXT NOT NULL,
  engine TEXT NOT NULL,
  sealed {bytes} NOT NULL,
  PRIMARY KEY (file_digest, engine)
);

CREATE TABLE cases (
  id {id},
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  order_number TEXT NOT NULL,
  terms TEXT NOT NULL,
  answers TEXT NOT NULL,
  staff_reason TEXT NOT NULL,
  opened_at TEXT NOT NULL
);
CREATE INDEX cases_ticket ON cases (ticket_id);
CREATE INDEX cases_state ON cases (state);
CREATE INDEX cases_order ON cases (order_number);

CREATE TABLE case_item (
  id {id},
  case_id INTEGER NOT NULL REFERENCES cases (id),
  model TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0)
);
CREATE UNIQUE INDEX case_item_model ON case_item (case_id, model);

CREATE TABLE case_event (
  id {id},
  case_id INTEGER NOT NULL REFERENCES cases (id),
  at TEXT NOT NULL,
  event TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  actor TEXT NOT NULL,
  actor_address TEXT NOT NULL,
  reason TEXT NOT NULL,
  inbox_id INTEGER REFERENCES inbox (id)
);
CREATE INDEX case_event_case ON case_event (case_id, id);

CREATE TABLE refund (
  id {id},
  case_id INTEGER NOT NULL UNIQUE REFERENCES cases (id),
  order_number TEXT NOT NULL,
  amount TEXT NOT NULL,
  currency TEXT NOT NULL,
  payment_method TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('booked', 'settled')),
  booked_at TEXT NOT NULL,
  due_on DATE NOT NULL,
  due_is_provisional BOOLEAN NOT NULL,
  decided_by TEXT NOT NULL,
  settled_on DATE,
  settled_by TEXT NOT NULL,
  overdue_told BOOLEAN NOT NULL
);
CREATE INDEX refund_order ON refund (order_number);
CREATE INDEX refund_open ON refund (due_on) WHERE state = 'booked';

CREATE TABLE address (
  id {id},
  address TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('hard', 'soft')),
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  since TEXT NOT NULL,
  count INTEGER NOT NULL,
  seen_at TEXT NOT NULL,
  proven BOOLEAN NOT NULL
);
CREATE INDEX address_state ON address (state);

CREATE TABLE incident (
  id {id},
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  ticket_id INTEGER REFERENCES ticket (id),
  detail TEXT NOT NULL
);
CREATE INDEX incident_at ON incident (at);
