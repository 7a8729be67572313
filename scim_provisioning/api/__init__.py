"""HTTP: the only room that knows Django REST framework and django-filter."""
