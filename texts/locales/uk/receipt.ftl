### The printed receipt.

receipt-title = Підтвердження про отримання повідомлень
receipt-by-coordinator = координатор, зі слів установи
receipt-by-institution = установа
receipt-exercise = НАВЧАННЯ
receipt-institution = Установа
receipt-status = Стан інциденту
receipt-became-aware = Установі стало відомо
receipt-first-report = Перше повідомлення отримано
receipt-incident-id = Ідентифікатор інциденту
receipt-received = Отримано
receipt-sent-by = Надіслано
receipt-bytes = Байтів
receipt-reports = Отримані повідомлення
receipt-submitted = Подано
receipt-due = Строк
receipt-report = Звіт
receipt-deadlines = Строки подання
receipt-team = Команда
receipt-assigned = Призначено
receipt-delivered = Доставлено
receipt-acknowledged = Підтверджено
receipt-state = Стан
receipt-teams = Команди реагування
receipt-how-to-check = Час київський. SHA-256 обчислено з байтів повідомлення в тому вигляді, у якому воно надійшло: хто має файл, може звірити його командою sha256sum. Зміст повідомлень тут не наведено.
receipt-issued-by = Видано сервісом
receipt-store = Сховище
