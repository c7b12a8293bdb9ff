-- Members of the desk who get no notice of a ticket: a complaint in it is about them.
CREATE TABLE kept_from (
  id {id},
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  email TEXT NOT NULL
);
CREATE UNIQUE INDEX kept_from_email ON kept_from (ticket_id, email);
