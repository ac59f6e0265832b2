"""The mappings of the systems that these tests make up."""

MAPPING = """
[client]
match = [["number"]]
[client.clients.fields]
number = { field = "number" }
name = { field = "name" }
email = { field = "email", optional = true }
[matter]
match = [["number"]]
[matter.matters.fields]
client = { field = "client", ref = "client" }
number = { field = "number" }
name = { field = "name", optional = true }
[invoice]
match = [["number"]]
[invoice.invoices.fields]
number = { field = "number" }
client = { field = "client", ref = "client" }
status = { field = "status" }
issued_on = { field = "issued_on", as = "date" }
fees = { field = "fees", as = "decimal" }
total = { field = "total", as = "decimal" }
"""

PRACTICE = """
[client]
match = [["number"]]
renewed = [["name"]]
[client.CLIENTS.fields]
number = { field = "number" }
name = { field = "name" }
[matter]
match = [["number"]]
renewed = [["client", "name"]]
[matter.MATTERS.fields]
client = { field = "client", ref = "client" }
number = { field = "number" }
name = { field = "name", optional = true }
secure = { field = "secure", as = "flag", optional = true }
[timekeeper]
match = [["number"]]
[timekeeper.PEOPLE.fields]
number = { field = "number" }
name = { field = "name" }
[time_entry]
write = "FEE"
match = [["matter", "timekeeper", "worked_on", "hours", "narrative"],
         ["matter", "timekeeper", "worked_on", "hours"]]
[time_entry.fields]
matter = { field = "matter", ref = "matter" }
timekeeper = { field = "person", ref = "timekeeper" }
worked_on = { field = "day", as = "date" }
hours = { field = "hours", as = "decimal" }
narrative = { field = "text", optional = true }
[time_entry.FEE.fields]
status = { const = "unbilled" }
split_of = { field = "split_of", ref = "time_entry", source = "FEE", optional = true, unknown = "empty" }
[time_entry.ARCHIVE.fields]
status = { const = "billed" }
[invoice]
match = [["number", "client", "matter"]]
[invoice.BILLS.fields]
number = { field = "number" }
client = { field = "client", ref = "client" }
matter = { field = "matter", ref = "matter" }
status = { const = "final" }
issued_on = { field = "day", as = "date" }
fees = { field = "total", as = "decimal" }
total = { field = "total", as = "decimal" }
[invoice.BILLS.lines.fees]
each = "LINES"
[invoice.BILLS.lines.fees.fields]
type = { const = "fee" }
entry = { field = "entry", ref = "time_entry", source = "ARCHIVE" }
charged_on = { field = "day", as = "date" }
units = { field = "hours", as = "decimal" }
amount = { field = "amount", as = "decimal" }
narrative = { field = "text", optional = true }
[payment]
match = [["client", "amount", "received_on", "reference"]]
[payment.MONEY.fields]
client = { field = "client", ref = "client" }
received_on = { field = "day", as = "date" }
amount = { field = "amount", as = "decimal" }
reference = { field = "reference", optional = true }
memo = { field = "memo", optional = true }
reversed = { field = "reversed", as = "flag", optional = true }
[payment.MONEY.lines.applied]
each = "APPLIED"
into = "applications"
optional = true
[payment.MONEY.lines.applied.fields]
invoice = { field = "bill", ref = "invoice" }
amount = { field = "amount", as = "decimal" }
"""

BOOKS = """
[client]
match = [["number"]]
[client.clients.fields]
number = { field = "number" }
name = { field = "name" }
[matter]
match = [["number"]]
[matter.matters.fields]
client = { field = "client", ref = "client" }
number = { field = "number" }
name = { field = "name", optional = true }
[timekeeper]
match = [["number"]]
[timekeeper.timekeepers.fields]
number = { field = "number" }
name = { field = "name" }
[time_entry]
write = "time_entrys"
match = [["matter", "timekeeper", "worked_on", "hours", "narrative"]]
[time_entry.fields]
matter = { field = "matter", ref = "matter" }
timekeeper = { field = "timekeeper", ref = "timekeeper" }
worked_on = { field = "worked_on", as = "date" }
hours = { field = "hours", as = "decimal" }
narrative = { field = "narrative", optional = true }
[time_entry.time_entrys.fields]
status = { const = "unbilled" }
[time_entry.billed.fields]
status = { const = "billed" }
[invoice]
match = [["number"]]
[invoice.invoices.fields]
number = { field = "number" }
client = { field = "client", ref = "client" }
issued_on = { field = "issued_on", as = "date" }
status = { const = "final" }
fees = { field = "fees", as = "decimal" }
total = { field = "total", as = "decimal" }
[payment]
match = [["client", "amount", "received_on~5"]]
near = [["client", "amount~0.05", "received_on~5"]]
[payment.payments.fields]
client = { field = "client", ref = "client" }
received_on = { field = "received_on", as = "date" }
amount = { field = "amount", as = "decimal" }
reference = { field = "reference", optional = true }
"""

PORTAL = """
[invoice]
match = [["number"]]
[invoice.invoices.fields]
number = { field = "number" }
issued_on = { field = "issued_on", as = "date" }
total = { field = "total", as = "decimal" }
[invoice.invoices.lines.fees]
each = "lines"
[invoice.invoices.lines.fees.fields]
type = { const = "fee" }
charged_on = { field = "day", as = "date" }
units = { field = "hours", as = "decimal" }
amount = { field = "amount", as = "decimal" }
narrative = { field = "text", optional = true }
"""
