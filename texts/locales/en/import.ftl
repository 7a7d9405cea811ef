### Tables of institutions.

import-code-registered = This EDRPOU code is registered already, as institution { $known }.
import-file-empty = The file is empty: a header line is needed.
import-too-many = A file may name 100,000 institutions.
import-code-twice = The same code stands in line { $before }.
import-no-institution = The file names no institution.
import-not-utf8 = This is not UTF-8. In Excel save the file as "CSV UTF-8".
import-column-twice = This column stands twice.
import-column-missing = This column is missing.
import-heading-cyrillic = This heading has Cyrillic letters that look like Latin ones; write { $latin } in Latin letters.
import-column-unknown = There is no such column. The columns are: { $names }.
import-line-too-long = The line is longer than 256 KiB; is a quotation mark missing?
import-cells = The line has { $cells } values, the header has { $columns } columns.
import-without-heading = A value stands in a column without a heading.
import-services = Write each service as name=sector, with | between them.
import-line-faulty = The line can't be taken.
import-fault = line { $line }: { $detail }
import-fault-in-column = line { $line }, column { $column }: { $detail }
import-checked = Checked without faults; institutions: { $count }. Nothing was written.
import-nothing-written = nothing was written; faults: { $count }
