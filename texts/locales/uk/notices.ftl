### Mails and webhooks that wake people.

notice-level-within = рівень
notice-reference = Номер
notice-level = Рівень
notice-deadline = Строк
notice-link = Посилання
notice-is-exercise = Це навчання.
notice-nothing-else = Нічого більше цим каналом не надсилають.
notice-up-to-level = до рівня
notice-count = Кількість
notice-highest-level = Найвищий рівень
notice-earliest-deadline = Найближчий строк
notice-references = Номери
notice-not-given-up = Повторно надіслати можна лише сповіщення, яке не вдалося надіслати.
