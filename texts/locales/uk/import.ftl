### Tables of institutions.

import-code-registered = Цей код ЄДРПОУ вже зареєстровано: установа { $known }.
import-file-empty = Файл порожній: потрібен рядок заголовків.
import-too-many = Файл може містити не більше ніж 100 000 установ.
import-code-twice = Такий самий код уже є в рядку { $before }.
import-no-institution = У файлі немає жодної установи.
import-not-utf8 = Це не UTF-8. В Excel збережіть файл як «CSV UTF-8».
import-column-twice = Цей стовпець є двічі.
import-column-missing = Цього стовпця немає.
import-heading-cyrillic = У цьому заголовку є кириличні літери, схожі на латинські; напишіть { $latin } латиницею.
import-column-unknown = Такого стовпця немає. Стовпці: { $names }.
import-line-too-long = Рядок довший за 256 КіБ; можливо, бракує лапок?
import-cells = У рядку значень: { $cells }, а стовпців у заголовку: { $columns }.
import-without-heading = Значення стоїть у стовпці без заголовка.
import-services = Записуйте кожну послугу як назва=сектор, розділяючи їх знаком |.
import-line-faulty = Рядок не може бути прийнятий.
import-fault = рядок { $line }: { $detail }
import-fault-in-column = рядок { $line }, стовпець { $column }: { $detail }
import-checked = Перевірено, помилок немає; установ: { $count }. Нічого не записано.
import-nothing-written = нічого не записано; помилок: { $count }
